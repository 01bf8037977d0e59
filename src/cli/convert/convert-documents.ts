import { describeProblems } from '../../api/describe-problems.ts';
import { tenantIsolation } from '../../api/tenant-isolation.ts';
import { isRecord } from '../../lib/is-record.ts';
import { readAgentRole } from '../../policy/roles/read-agent-role.ts';
import { type Account, type AccountEntry, accountFor, type SourceFormat } from './account.ts';
import { buildRoles } from './build-roles.ts';
import { buildTenant } from './build-tenant.ts';
import { buildChartValues, type ChartValues } from './chart-values.ts';
import { containerOf, USUAL_CONTAINER } from './compose/container.ts';
import { COMPOSE } from './compose/explanations.ts';
import { CONFIGURATION } from './configuration.ts';
import { findLeaves } from './leaves.ts';
import type { ConvertSettings } from './settings.ts';

type Written = Readonly<Record<string, unknown>>;

/** The documents that are converted together, each as it was read. */
export interface Sources {
  readonly configuration: Written;
  /** The file for Docker Compose; null where there is none. */
  readonly compose: Written | null;
}

/** What documents become. */
export interface Conversion {
  /** Every value of each document, once. */
  readonly accounts: Readonly<Record<keyof Sources, readonly AccountEntry[]>>;
  /** The roles and the tenant. Empty where a value was not understood: without it they might allow more than was meant. */
  readonly objects: readonly Written[];
  /** Null where a value was not understood. */
  readonly chartValues: ChartValues | null;
}

/** Why nothing can be made of a document. */
export interface Refusal {
  readonly error: string;
  readonly source: keyof Sources;
}

/** Converts the chapter's configuration, or says why nothing can be made of it. */
export function convertDocuments(
  { configuration, compose }: Sources,
  settings: ConvertSettings,
): Conversion | Refusal {
  const foreign = findForeign('configuration', configuration) ?? findForeign('compose', compose);
  if (foreign !== null) return foreign;
  const account = accountOf(configuration, CONFIGURATION);
  if ('error' in account) return { ...account, source: 'configuration' };
  const container = compose === null ? null : accountOf(compose, COMPOSE);
  if (container !== null && 'error' in container) return { ...container, source: 'compose' };
  const accounts = { configuration: account.entries, compose: container?.entries ?? [] };
  if ([...accounts.configuration, ...accounts.compose].some(({ outcome }) => outcome === 'NotUnderstood')) {
    return { accounts, objects: [], chartValues: null };
  }
  if (container !== null && Object.keys(container.document.services).length > 1) {
    return { error: 'services holds more than one container; give the file of one agent', source: 'compose' };
  }
  const { security } = account.document;
  const read = container === null ? USUAL_CONTAINER : containerOf(container.document);
  const objects = [
    ...buildRoles({ configuration: security, container: read, settings }),
    buildTenant(security, settings),
  ];
  const problem = objects.flatMap(problemsOf)[0];
  if (problem !== undefined) return { error: problem, source: 'configuration' };
  return { accounts, objects, chartValues: buildChartValues(security) };
}

/** What makes a document one of its format. */
const ROOTS: Readonly<Record<keyof Sources, string>> = { configuration: 'security', compose: 'services' };

function findForeign(source: keyof Sources, document: Written | null): Refusal | null {
  if (document === null || Object.hasOwn(document, ROOTS[source])) return null;
  const wanted = source === 'compose' ? 'a file for Docker Compose' : 'the configuration of the chapter';
  return { error: `the document has no section ${ROOTS[source]}; give ${wanted}`, source };
}

function accountOf<Document>(
  written: Written,
  format: SourceFormat<Document>,
): Account<Document> | { readonly error: string } {
  const leaves = findLeaves(written);
  return 'error' in leaves ? leaves : accountFor(written, leaves, format);
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
