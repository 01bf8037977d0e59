import { describeProblems } from '../../api/describe-problems.ts';
import { tenantIsolation } from '../../api/tenant-isolation.ts';
import { isRecord } from '../../lib/is-record.ts';
import { readAgentRole } from '../../policy/roles/read-agent-role.ts';
import { type AccountEntry, accountFor } from './account.ts';
import { buildRoles } from './build-roles.ts';
import { buildTenant } from './build-tenant.ts';
import { buildChartValues, type ChartValues } from './chart-values.ts';
import { findLeaves } from './leaves.ts';
import type { ConvertSettings } from './settings.ts';

type Written = Readonly<Record<string, unknown>>;

/** What a configuration becomes. */
export interface Conversion {
  /** Every value of the configuration, once. */
  readonly account: readonly AccountEntry[];
  /** The roles and the tenant. Empty where a value was not understood: without it they might allow more than was meant. */
  readonly objects: readonly Written[];
  /** Null where a value was not understood. */
  readonly chartValues: ChartValues | null;
}

/** Converts the chapter's configuration, or says why nothing can be made of it. */
export function convertConfiguration(
  document: Written,
  settings: ConvertSettings,
): Conversion | { readonly error: string } {
  if (!Object.hasOwn(document, 'security')) {
    return { error: 'the document has no section security: give the configuration of the chapter' };
  }
  const leaves = findLeaves(document);
  if ('error' in leaves) return leaves;
  const { entries: account, configuration } = accountFor(document, leaves, settings);
  if (account.some(({ outcome }) => outcome === 'NotUnderstood')) {
    return { account, objects: [], chartValues: null };
  }
  const objects = [...buildRoles(configuration, settings), buildTenant(configuration, settings)];
  const problem = objects.flatMap(problemsOf)[0];
  if (problem !== undefined) return { error: problem };
  return { account, objects, chartValues: buildChartValues(configuration) };
}

/** What is wrong with an object: more hosts than a role may list, or a name of the command line that is none. */
function problemsOf(object: Written): readonly string[] {
  const { kind, metadata } = object;
  const title = `the ${String(kind)} "${isRecord(metadata) ? String(metadata['name']) : ''}"`;
  const problems = kind === 'AgentRole' ? problemsOfRole(object) : describeProblems(tenantIsolation, object);
  return problems.map((problem) => `${title} that it becomes cannot be used: ${problem}`);
}

function problemsOfRole(role: Written): readonly string[] {
  const read = readAgentRole(role);
  return 'problems' in read ? read.problems : [];
}
