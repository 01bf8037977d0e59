import { valueAt } from '../../lib/json-pointer.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { patternsOf } from '../egress/match-host.ts';
import { parseFetchURL } from '../egress/parse-fetch-url.ts';
import { isAtOrUnder } from '../roles/mount-path.ts';
import {
  type CallDecision,
  type DecidedBy,
  denyCall,
  type EnforcementLevel,
  levelOfExecutor,
} from './call-decision.ts';
import type { ArgumentRule, DomainRule, Narrow, PathRule, ToolPolicy } from './call-policy.ts';
import { findPathProblem, refusingList } from './judge-path.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** What refuses the paths in the arguments of a tool; null where nothing does. */
export function judgePaths(
  tool: ToolPolicy,
  args: Arguments,
  narrow: Narrow | undefined,
): CallDecision | null {
  return first(tool.paths, (rule) => {
    const by = { rule: rule.rule, level: tool.level };
    const path = textAt(rule, args, by.level);
    return typeof path === 'string' ? judgePath(path, { rule, tool, narrow }) : path;
  });
}

const CHANGES = ['file:write', 'file:delete'];

function judgePath(
  path: string,
  {
    rule,
    tool,
    narrow,
  }: { readonly rule: PathRule; readonly tool: ToolPolicy; readonly narrow: Narrow | undefined },
): CallDecision | null {
  const level = tool.level;
  const place = placeOf(rule, path);
  const problem = findPathProblem(path);
  if (problem !== null)
    return denyCall('PathNotCanonical', { rule: rule.rule, level }, { ...place, ...problem });
  const isDeleted = tool.capabilities.has('file:delete');
  const list = refusingList(path, rule, isDeleted);
  if (list !== null) {
    return denyCall(
      'PathNotAllowed',
      { rule: `${rule.rule}.${list}`, level },
      {
        ...place,
        required: list === 'allow' ? UNDER_ALLOWED : NOT_UNDER_DENIED,
        fix: 'Name another path, or have the role allow this one.',
      },
    );
  }
  const kept = CHANGES.some((one) => tool.capabilities.has(one)) ? (narrow?.readOnlyPaths ?? []) : [];
  const isKept = kept.some((root) => isAtOrUnder(path, root) || (isDeleted && isAtOrUnder(root, path)));
  if (!isKept) return null;
  return denyCall(
    'PathNotAllowed',
    { rule: 'spec.narrow.readOnlyPaths', level },
    {
      ...place,
      required: 'must not be at or under a path in spec.narrow.readOnlyPaths of the sandbox',
      fix: 'Name another path, or have the sandbox allow writing there.',
    },
  );
}

const UNDER_ALLOWED = 'must be at or under a path that the rule allows';
const NOT_UNDER_DENIED =
  'must not be at or under a path that the rule denies, nor contain one where it is deleted';

/** What refuses the URLs in the arguments of a tool; null where nothing does. */
export function judgeDomains(tool: ToolPolicy, args: Arguments): CallDecision | null {
  const level = levelOfExecutor(tool);
  return first(tool.domains, (rule) => {
    const text = textAt(rule, args, level);
    if (typeof text !== 'string') return text;
    const judged = judgeURL(text, rule, { level, place: placeOf(rule, text) });
    return 'url' in judged ? null : judged.refusal;
  });
}

/** Decides a URL by a rule: what it names, or the refusal. */
export function judgeURL(
  text: string,
  rule: DomainRule,
  { level, place }: { readonly level: EnforcementLevel; readonly place: Pick<Finding, 'field' | 'found'> },
): Extract<ReturnType<typeof parseFetchURL>, { url: unknown }> | { readonly refusal: CallDecision } {
  const parsed = parseFetchURL(text);
  if ('problem' in parsed) {
    return {
      refusal: denyCall('URLNotCanonical', { rule: rule.rule, level }, { ...place, ...parsed.problem }),
    };
  }
  const patterns = patternsOf(parsed.url.host);
  const isDenied = patterns.some((pattern) => rule.deny.has(pattern));
  if (!isDenied && patterns.some((pattern) => rule.allow.has(pattern))) return parsed;
  const finding = {
    ...place,
    required: isDenied
      ? 'must not name a host that the rule denies'
      : 'must name a host that the rule allows',
    fix: 'Name another host, or have the role allow this one.',
  };
  const by = { rule: `${rule.rule}.${isDenied ? 'deny' : 'allow'}`, level };
  return { refusal: denyCall('HostNotAllowed', by, finding) };
}

/** The text that a rule is about, or the refusal of a call that does not have it. */
export function textAt(rule: ArgumentRule, args: Arguments, level: EnforcementLevel): string | CallDecision {
  const value = valueAt(args, rule.tokens);
  if (typeof value === 'string') return value;
  const by: DecidedBy = { rule: `${rule.rule}.argument`, level };
  return denyCall('ArgumentMissing', by, {
    ...placeOf(rule, value),
    required: 'must be text, because a rule of the tool is about it',
    fix: 'Set the argument.',
  });
}

function placeOf({ pointer }: ArgumentRule, value: unknown): Pick<Finding, 'field' | 'found'> {
  return { field: `arguments${pointer}`, found: show(value) };
}

function first<Rule>(
  rules: readonly Rule[],
  judge: (rule: Rule) => CallDecision | null,
): CallDecision | null {
  for (const rule of rules) {
    const refusal = judge(rule);
    if (refusal !== null) return refusal;
  }
  return null;
}
