import { ANNOTATION, LABEL, systemNamespaceOf } from '../../api/names.ts';
import type { Work, WorkResult } from '../../controller/keyed-queue.ts';
import { objectKey } from '../../kube/kube-object.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { listFirst } from '../../lib/list-first.ts';
import {
  type DatabaseRecord,
  isReplaced,
  readRecord,
  wantedRecord,
  writeRecord,
} from '../../policy/database/database-record.ts';
import {
  databaseClaims,
  type TenantConflict,
  findTenantConflicts,
} from '../../policy/database/find-tenant-conflicts.ts';
import { readVaultName } from '../../policy/vault/vault-identity.ts';
import type { TenantStatusPart } from '../tenant-isolation/tenant-status.ts';
import type { DatabaseContext } from './database-context.ts';
import { databaseReleasedEvent } from './database-events.ts';
import type { DatabaseProblem } from './database-isolation.ts';
import { problemReport, type ReportContext } from './database-report.ts';
import { storedRecord } from './database-reports.ts';
import { deleteRecord, keepRecord, recordPlace } from './record-store.ts';
import { isolateDatabase, removeDatabase } from './use-database.ts';

/** What is not as it must be is looked at again after so long: no event says that somebody mended it. */
const RETRY_MILLISECONDS = 30_000;

const MAX_LISTED = 8;

/** One reconciliation of the database of one tenant. */
interface Run {
  readonly tenant: string;
  readonly signal: AbortSignal;
  readonly context: DatabaseContext;
  readonly proofs: Map<string, { readonly record: string; readonly until: number }>;
}

/**
 * Returns the reconciler of the databases of tenants, by the name of the tenant. It keeps rows apart, tries to reach those of others, and
 * takes away what was made when a tenant or its database goes. It writes no status: it says what it found in the reports.
 */
export function createDatabaseReconciler(context: DatabaseContext): Work {
  const proofs: Run['proofs'] = new Map();
  return async (tenant, signal) => {
    const run = { tenant, signal, context, proofs };
    try {
      return await reconcile(run);
    } catch (error) {
      signal.throwIfAborted();
      // What was proven before the operator failed is not known now.
      proofs.delete(tenant);
      const message = 'The operator failed to look at the database. Its log has the cause.';
      tell(run, { reason: 'Unreachable', message });
      throw error;
    }
  };
}

async function reconcile(run: Run): Promise<WorkResult> {
  const { tenant, context } = run;
  const found = context.caches.tenants.get(undefined, tenant);
  const wanted = found === undefined ? null : wantedRecord(found);
  if (!hasHome(run)) {
    if (wanted === null) report(run, null);
    else tell(run, { reason: 'NotTried', message: 'The system namespace of the tenant is not there yet.' });
    return {};
  }
  const conflict =
    wanted === null
      ? undefined
      : findTenantConflicts(databaseClaims(context.caches.tenants.list())).get(tenant);
  const target = conflict === undefined ? wanted : null;
  const left = await takeAway(run, target);
  if (left !== null) {
    run.proofs.delete(tenant);
    tell(run, left);
    return { requeueAfterMilliseconds: RETRY_MILLISECONDS };
  }
  if (target !== null) return setUp(run, target);
  run.proofs.delete(tenant);
  if (conflict === undefined) report(run, null);
  else tell(run, describeConflict(conflict));
  return {};
}

/** The tenant's reconciler makes the system namespace, and the right to its Secrets. */
function hasHome({ tenant, context: { caches } }: Run): boolean {
  const home = caches.namespaces.get(undefined, systemNamespaceOf(tenant));
  return home?.metadata.labels?.[LABEL.system] === tenant && home.metadata.deletionTimestamp === undefined;
}

/** Takes away what was set up and is not wanted any more. Returns why it is still there; null where it is not. */
async function takeAway(run: Run, target: DatabaseRecord | null): Promise<DatabaseProblem | null> {
  const { tenant, context } = run;
  const text = storedRecord(tenant, context.caches);
  if (text === undefined) return null;
  const read = readRecord(text);
  if ('record' in read && target !== null && !isReplaced(read.record, target)) return null;
  const waits = context.caches.tenants.get(undefined, tenant) === undefined ? findHolders(run) : [];
  if (waits.length > 0 && !isForced(run)) return waitFor(waits);
  const problem =
    'record' in read ? await removeDatabase(read.record, run) : unreadable(tenant, read.problem);
  if (problem !== null && !isForced(run)) return problem;
  if (problem !== null) context.events.record(databaseReleasedEvent(tenant, context.caches, problem));
  await deleteRecord(tenant, context);
  return null;
}

/** The sandboxes that have an identity of the tenant: their logins go before the roles that these are members of. */
function findHolders({ tenant, context: { caches } }: Run): readonly string[] {
  const held = caches.sandboxes
    .list()
    .filter(({ status }) => readVaultName(status?.vaultRole ?? '')?.tenant === tenant);
  return held.map(({ metadata }) => objectKey(metadata));
}

function waitFor(holders: readonly string[]): DatabaseProblem {
  const message = `What was set up is taken away when these sandboxes have no identity any more: ${listFirst(holders, MAX_LISTED)}.`;
  return { reason: 'NotTried', message };
}

function unreadable(tenant: string, problem: string): DatabaseProblem {
  const { namespace, name } = recordPlace(tenant);
  const message = `ConfigMap ${namespace}/${name} says what was set up, and cannot be read: ${problem}`;
  return { reason: 'PlanRefused', message };
}

/** Whether a person lets what cannot be taken away stay behind. */
function isForced({ tenant, context: { caches } }: Run): boolean {
  const home = caches.namespaces.get(undefined, systemNamespaceOf(tenant));
  return home?.metadata.annotations?.[ANNOTATION.forceRelease] !== undefined;
}

async function setUp(run: Run, wanted: DatabaseRecord): Promise<WorkResult> {
  const { tenant, context, proofs } = run;
  const record = writeRecord(wanted);
  const { clock } = context;
  const proof = proofs.get(tenant);
  const isProven = proof?.record === record && clock.now() < proof.until;
  if (isProven) return { requeueAfterMilliseconds: proof.until - clock.now() };
  const confirm = (): Promise<DatabaseProblem | null> => confirmRecord(run, record);
  const uses = { ...run, report: reportContext(run, wanted.uid), confirm };
  const { part, isGood } = await isolateDatabase(wanted, uses);
  const requeueAfterMilliseconds = isGood ? context.probeMilliseconds : RETRY_MILLISECONDS;
  // Of what is not good nothing is a proof: the next event has it looked at again.
  if (isGood) proofs.set(tenant, { record, until: clock.now() + requeueAfterMilliseconds });
  else proofs.delete(tenant);
  report(run, { record, part });
  return { requeueAfterMilliseconds };
}

/**
 * What may come into being in the database is in the record before it does. Of a database that was never reached there is none, so that
 * nobody waits for it when the tenant goes.
 */
async function confirmRecord(
  { tenant, context, signal }: Run,
  record: string,
): Promise<DatabaseProblem | null> {
  const outcome = await keepRecord(tenant, record, context, signal);
  if (outcome !== 'Foreign' && outcome !== 'Terminating') return null;
  const { namespace, name } = recordPlace(tenant);
  const message = `ConfigMap ${namespace}/${name} is not Cloister's, or is being deleted. Nothing is set up without it`;
  return { reason: 'PlanRefused', message };
}

function describeConflict({ holder, field, claimed }: TenantConflict): DatabaseProblem {
  const message = `No logins are issued. TenantIsolation "${holder}" is older and has declared ${claimed}. Change spec.database.${field} of one of the two`;
  return { reason: 'Conflict', message };
}

/** Reports what is not about the verdict of a server. */
function tell(run: Run, problem: DatabaseProblem): void {
  const found = run.context.caches.tenants.get(undefined, run.tenant);
  if (found === undefined) {
    run.context.logger.warn({ tenant: run.tenant, problem: problem.message }, 'a database is not released');
    return report(run, null);
  }
  const wanted = wantedRecord(found);
  const part = problemReport(problem, reportContext(run, found.metadata.uid ?? ''));
  return report(run, { record: wanted === null ? '' : writeRecord(wanted), part });
}

function reportContext({ tenant, context }: Run, uid: string): ReportContext {
  const { caches, clock, probeMilliseconds } = context;
  const before = caches.tenants.get(undefined, tenant)?.status?.database;
  return { uid, before, now: clock.now(), probeMilliseconds };
}

function report(
  { tenant, context: { databaseReports, onReport } }: Run,
  after: { readonly record: string; readonly part: TenantStatusPart } | null,
): void {
  const before = databaseReports.get(tenant) ?? null;
  if (isDeepEqualJson(before, after)) return;
  databaseReports.set(tenant, after);
  onReport(tenant);
}
