import { systemNamespaceOf } from '../../api/names.ts';
import { readAdminLogin } from '../../credentials/admin-login.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { type DatabaseRecord, wantedRecord } from '../../policy/database/database-record.ts';
import { isIsolated } from '../../policy/database/decide-logins.ts';
import { databaseClaims, findTenantConflicts } from '../../policy/database/find-tenant-conflicts.ts';
import { isWhole } from '../../policy/database/wanted-isolation.ts';
import type { TenantStatusPart } from '../tenant-isolation/tenant-status.ts';
import type { DatabaseContext, DatabaseReach } from './database-context.ts';
import type { DatabaseProblem, DatabaseTask, DatabaseTenant } from './database-isolation.ts';
import { problemOfDatabase, problemReport, type ReportContext, verdictReport } from './database-report.ts';
import { dialAddresses, findAddresses } from './find-addresses.ts';

/** For whom a database is used. */
export interface DatabaseUse {
  readonly tenant: string;
  readonly signal: AbortSignal;
  readonly context: DatabaseContext;
}

/** Sets up the database of a tenant and tries it. `isGood` says whether that need not be done again soon. */
export async function isolateDatabase(
  record: DatabaseRecord,
  use: DatabaseUse & { readonly report: ReportContext } & Pick<DatabaseTask, 'confirm'>,
): Promise<{ readonly part: TenantStatusPart; readonly isGood: boolean }> {
  const { context, signal, report, confirm } = use;
  const found = await findTask(record, use);
  if ('reason' in found) return { part: problemReport(found, report), isGood: false };
  try {
    const verdict = await context.isolation.isolate(
      { ...found, ...(confirm === undefined ? {} : { confirm }) },
      signal,
    );
    const part = verdictReport(verdict, report);
    return { part, isGood: part.conditions.every(isIsolated) };
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOfDatabase(error);
    if (problem === undefined) throw error;
    return { part: problemReport(problem, report), isGood: false };
  }
}

/** Takes away what was made for a tenant. Returns why it is still there; null where it is not. */
export async function removeDatabase(
  record: DatabaseRecord,
  use: DatabaseUse,
): Promise<DatabaseProblem | null> {
  const { connection } = record.database;
  const left = ({ reason, message }: DatabaseProblem): DatabaseProblem => ({
    reason,
    message: `What was set up for the tenant in database "${connection.database}" at "${connection.host}" is not taken away yet. ${message}`,
  });
  const found = await findTask(record, use);
  if ('reason' in found) return left(found);
  try {
    const problem = await use.context.isolation.remove(found, use.signal);
    return problem === null ? null : left(problem);
  } catch (error) {
    use.signal.throwIfAborted();
    const problem = problemOfDatabase(error);
    if (problem === undefined) throw error;
    return left(problem);
  }
}

/** Finds where the database is, and the login to set it up with. */
export async function findTask(
  record: DatabaseRecord,
  { tenant, context, signal }: Omit<DatabaseUse, 'context'> & { readonly context: DatabaseReach },
): Promise<DatabaseTask | DatabaseProblem> {
  const { uid, database: spec } = record;
  const { host, port, database, caBundle } = spec.connection;
  const found = await findAddresses(host, context);
  if ('reason' in found) return found;
  const sources = { ...context, namespace: systemNamespaceOf(tenant) };
  const admin = await readAdminLogin(record, sources, signal);
  if ('problem' in admin) return { reason: admin.reason, message: endSentence(admin.problem) };
  const authority = caBundle === undefined ? null : Buffer.from(caBundle, 'base64').toString('utf8');
  return {
    tenant,
    uid,
    spec,
    neighbours: neighboursOf(tenant, context),
    place: { host, port, database, authority },
    dial: dialAddresses(found.addresses, port, context.connectAddress),
    login: admin.login,
  };
}

/** The other tenants that keep what they claim: one that is younger than who has claimed the same has nothing. */
function neighboursOf(
  tenant: string,
  { caches }: Pick<DatabaseContext, 'caches'>,
): readonly DatabaseTenant[] {
  const tenants = caches.tenants.list();
  const conflicts = findTenantConflicts(databaseClaims(tenants));
  return tenants.flatMap((one) => {
    const record = wantedRecord(one);
    const { name } = one.metadata;
    if (record === null || !isWhole(record.database) || name === tenant || conflicts.has(name)) return [];
    return [{ tenant: name, uid: record.uid, spec: record.database }];
  });
}
