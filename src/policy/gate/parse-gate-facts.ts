import { z } from 'zod';
import { describeIssue, fieldPath } from '../../api/describe-issue.ts';
import { port } from '../../api/shape/hosts.ts';
import { dnsLabel, ownerName } from '../../api/shape/names.ts';
import { GATE_PROTOCOL } from '../../lib/gate-protocol.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { MAX_NODE_TARGETS } from './answer-gate.ts';
import { GATE_FACTS, type GateFacts } from './gate-facts.ts';

/** Twice what a tenant may list. */
const MAX_NAMESPACES = 128;

const target = z.strictObject({
  name: z.string().min(1).max(GATE_PROTOCOL.maxNameCharacters),
  address: z.string().refine((text) => canonicalAddress(text) !== null, 'must be an IP address'),
  port: port(),
  protocol: z.enum(['TCP', 'UDP']),
});

const facts = z.strictObject({
  format: z.literal(GATE_FACTS.format),
  tenant: ownerName(),
  namespaces: z.array(dnsLabel()).max(MAX_NAMESPACES),
  nodePorts: z.enum(['Refuse', 'Report']),
  // The answer holds these and those of the pod's node.
  targets: z
    .array(target)
    .min(1)
    .max(GATE_PROTOCOL.maxTargets - MAX_NODE_TARGETS),
});

/** Facts that can be used, or why they cannot, in one line. */
export type ParsedGateFacts = { readonly facts: GateFacts } | { readonly problem: string };

/** Parses the facts in a ConfigMap; `text` is undefined where it has none. Unknown formats, fields and values are refused. */
export function parseGateFacts(text: string | undefined, tenant: string): ParsedGateFacts {
  const { configMap, key, format } = GATE_FACTS;
  const problem = (what: string): ParsedGateFacts => ({
    problem: `${key} of the ConfigMap "${configMap}": ${what}`,
  });
  if (text === undefined) return problem('it is not set');
  const value = parseJson(text);
  if (!isRecord(value)) return problem('it is not a JSON object');
  if (value['format'] !== format) {
    return problem(`format is ${show(value['format'])}; this gateway knows only ${format}`);
  }
  const parsed = facts.safeParse(value);
  if (!parsed.success) return problem(describe(parsed.error, value));
  if (parsed.data.tenant !== tenant) {
    return problem(`tenant is "${parsed.data.tenant}"; this is the gateway of "${tenant}"`);
  }
  return { facts: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ issues }: z.ZodError, value: unknown): string {
  const [issue] = issues;
  if (issue === undefined) return 'it is not valid';
  if (issue.code !== 'unrecognized_keys') return describeIssue(issue, value);
  return `${fieldPath([...issue.path, ...issue.keys.slice(0, 1)])} is not a field that this gateway knows`;
}
