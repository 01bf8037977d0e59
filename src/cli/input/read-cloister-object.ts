import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { describeProblems } from '../../api/describe-problems.ts';
import { kinds } from '../../api/kinds.ts';
import { API_VERSION, GROUP } from '../../api/names.ts';
import { withoutNulls } from '../../api/read-schema.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { show } from '../../lib/show.ts';

/** An object of Cloister's own kinds, defaults included. */
export type CloisterObject =
  | AgentRole
  | AgentSandbox
  | TenantIsolation
  | { readonly kind: 'AgentApproval' | 'AgentQuarantine' };

/** How many problems of one object are reported at once. */
const MAX_PROBLEMS = 5;

/** Reads an object of the group `cloister.dev`: the object, why the API server rejects it, or null for every other group. */
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
  const problems = describeProblems(definition, object).slice(0, MAX_PROBLEMS);
  if (problems.length > 0) {
    const sentences = problems.map((problem) => (problem.endsWith('?') ? problem : `${problem}.`));
    return { error: `this ${definition.kind} cannot be used: ${sentences.join(' ')}` };
  }
  const read = definition.schema.parse(withoutNulls(definition.schema, object));
  return { object: read as unknown as CloisterObject };
}
