import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { describeProblems } from '../../api/describe-problems.ts';
import { kinds } from '../../api/kinds.ts';
import { API_VERSION, GROUP } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';

/** An object of Cloister's own kinds, defaults included. */
export type CloisterObject =
  | AgentRole
  | AgentSandbox
  | TenantIsolation
  | { readonly kind: 'AgentApproval' | 'AgentQuarantine' };

/** How many problems of one object are reported at once. */
const MAX_PROBLEMS = 5;

/** Reads an object of the group `cloister.dev`: the object, why its schema rejects it, or null for every other group. */
export function readCloisterObject(
  object: Readonly<Record<string, unknown>>,
): { readonly object: CloisterObject } | { readonly error: string } | null {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith(`${GROUP}/`)) return null;
  const definition = kinds.find((one) => one.kind === kind);
  if (apiVersion !== API_VERSION || definition === undefined) {
    const known = kinds.map((one) => one.kind).join(', ');
    return {
      error: `the kind ${show(kind)} of ${apiVersion} is not known; this version of cloister reads ${known} of ${API_VERSION}`,
    };
  }
  const parsed = definition.schema.safeParse(object);
  if (!parsed.success || dropsField(object, parsed.data)) {
    const problems = describeProblems(definition, object).slice(0, MAX_PROBLEMS);
    const sentences = problems.map((problem) => (problem.endsWith('?') ? problem : `${problem}.`));
    return { error: `this ${definition.kind} cannot be used: ${sentences.join(' ')}` };
  }
  return { object: parsed.data as unknown as CloisterObject };
}

/**
 * Returns whether reading dropped a field outside `metadata` because the kind does not have it. A misspelt rule would be
 * no rule.
 */
function dropsField(written: Readonly<Record<string, unknown>>, read: unknown): boolean {
  const { metadata: _metadata, ...rest } = written;
  return lacksMember(rest, read);
}

function lacksMember(written: unknown, read: unknown): boolean {
  if (Array.isArray(written)) {
    const list: readonly unknown[] = Array.isArray(read) ? read : [];
    return written.some((item, index) => lacksMember(item, list[index]));
  }
  if (!isRecord(written) || !isRecord(read)) return false;
  return Object.entries(written).some(
    ([name, member]) => !Object.hasOwn(read, name) || lacksMember(member, read[name]),
  );
}
