import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { DATABASE_RECORD, wantedRecord, writeRecord } from '../../policy/database/database-record.ts';
import { decideLogins, type LoginDecision } from '../../policy/database/decide-logins.ts';
import { systemNamespaceOf } from '../../api/names.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { TenantStatusPart } from '../tenant-isolation/tenant-status.ts';
import { problemReport } from './database-report.ts';

/** What was found of a tenant's database, and of what it was found. */
export interface DatabaseReport {
  /** The text of the record that was set up; of a tenant that has no database any more, of the one that it had. */
  readonly record: string;
  readonly part: TenantStatusPart;
}

/** What the controller of databases has found in this term. It writes no status: that is one writer's. */
export interface DatabaseReports {
  readonly get: (tenant: string) => DatabaseReport | undefined;
  /** Null where there is nothing to say any more. */
  readonly set: (tenant: string, report: DatabaseReport | null) => void;
}

export function createDatabaseReports(): DatabaseReports {
  const reports = new Map<string, DatabaseReport>();
  return {
    get: (tenant) => reports.get(tenant),
    set: (tenant, report) => {
      if (report === null) reports.delete(tenant);
      else reports.set(tenant, report);
    },
  };
}

/** What is needed to know how the database of a tenant is now. */
export interface DatabaseView {
  readonly databaseReports: Pick<DatabaseReports, 'get'>;
  readonly caches: Pick<OperatorCaches, 'configMaps'>;
}

/**
 * Returns what the status says of the database of a tenant. Where nothing was found in this term, what the status says already holds
 * as long as the same was set up; null where there is nothing to say.
 */
export function databasePart(tenant: TenantIsolation, view: DatabaseView): TenantStatusPart | null {
  const { name, uid = '' } = tenant.metadata;
  const wanted = wantedRecord(tenant);
  const report = view.databaseReports.get(name);
  if (wanted === null) return report?.part ?? null;
  const record = writeRecord(wanted);
  if (report?.record === record) return report.part;
  const { status } = tenant;
  const kept = status?.conditions?.find(({ type }) => type === 'DatabaseIsolated');
  const isSame = storedRecord(name, view.caches) === record;
  if (report === undefined && isSame && kept !== undefined) {
    const { type, status: holds, reason, message } = kept;
    return { conditions: [{ type, status: holds, reason, message }], fields: { database: status?.database } };
  }
  const message = 'What is declared was not tried yet. No logins are issued.';
  return problemReport(
    { reason: 'NotTried', message },
    { uid, before: undefined, now: 0, probeMilliseconds: 0 },
  );
}

/** Decides about the database logins of a tenant's sandboxes; undefined for a tenant that has no database. */
export function databaseLoginsOf(tenant: TenantIsolation, view: DatabaseView): LoginDecision | undefined {
  if (tenant.spec.database === undefined) return undefined;
  return decideLogins(databasePart(tenant, view)?.conditions[0]);
}

/** The text of the record that the cache has of a tenant. */
export function storedRecord(
  tenant: string,
  { configMaps }: Pick<OperatorCaches, 'configMaps'>,
): string | undefined {
  const found = configMaps.get(systemNamespaceOf(tenant), DATABASE_RECORD.configMap);
  return found?.data?.[DATABASE_RECORD.key];
}
