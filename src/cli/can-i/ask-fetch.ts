import { show } from '../../lib/show.ts';
import { type CallDecision, denyCall } from '../../policy/tools/call-decision.ts';
import type { CallPolicy } from '../../policy/tools/call-policy.ts';
import { decideFetchCall, methodOfTool, withURL } from '../../policy/tools/decide-fetch-call.ts';

/** A request that a tool with executor `Fetch` may make. */
export interface FetchQuestion {
  readonly url: string;
  /** The method that it needs; not set: the one that the tool has. */
  readonly method: string | undefined;
  /** The arguments beside the URL. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * Decides a request by a tool. Without one, every tool that fetches is tried: the one that lets it pass furthest decides, and
 * a denial says what is wrong with each.
 */
export function askFetch(
  policy: CallPolicy,
  tool: string | undefined,
  question: FetchQuestion,
): CallDecision {
  if (tool !== undefined) return decideBy(policy, tool, question);
  const fetching = [...policy.tools.values()].filter(({ executor }) => executor === 'Fetch');
  const decided = fetching.map(({ name }) => ({ name, ...decideBy(policy, name, question) }));
  const [best] = decided.toSorted((one, other) => distanceOf(one) - distanceOf(other));
  if (best === undefined) return denyAll(policy);
  const { rule, level, decision } = best;
  if (decision.effect !== 'Deny') return { rule, level, decision };
  const violations = decided.flatMap(({ name, decision: other }) =>
    other.effect === 'Deny'
      ? other.violations.map((one) => ({ ...one, item: `tool ${JSON.stringify(name)}` }))
      : [],
  );
  return { rule, level, decision: { ...decision, violations } };
}

/** How far a request is from being made: a tool that may not reach the host is the last that would be changed for it. */
function distanceOf({ decision }: CallDecision): number {
  if (decision.effect === 'Allow') return 0;
  if (decision.effect === 'Ask') return 1;
  return decision.reason === 'HostNotAllowed' ? 3 : 2;
}

/** The call of a tool that names the URL, decided as `/v1/fetch` decides it. */
function decideBy(policy: CallPolicy, name: string, question: FetchQuestion): CallDecision {
  const { url, method, arguments: others } = question;
  const tool = policy.tools.get(name);
  const args = tool === undefined ? others : withURL(tool, others, url);
  const { request: _, ...decided } = decideFetchCall(policy, { tool: name, arguments: args });
  const used = tool === undefined || method === undefined ? method : methodOfTool(tool);
  if (decided.decision.effect === 'Deny' || tool === undefined || used === method) return decided;
  const by = { rule: `${tool.rule}.capabilities`, level: 'Gateway' } as const;
  return denyCall('MethodNotAllowed', by, {
    field: 'method',
    found: show(method),
    required: `must be ${used}, which the capabilities of the tool select`,
    fix: 'Leave --method out, or have the role change the capabilities.',
  });
}

function denyAll({ role }: CallPolicy): CallDecision {
  const by = { rule: 'spec.tools', level: 'Gateway' } as const;
  return denyCall('ToolNotAllowed', by, {
    field: 'tool',
    found: 'not set',
    required: `must be a tool with executor Fetch, and the role "${role}" has none`,
    fix: 'Have the role add a tool that fetches.',
  });
}
