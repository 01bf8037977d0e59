import { z } from 'zod';
import { objectUID } from '../../api/shape/names.ts';
import { type TenantIsolation, tenantIsolation } from '../../api/tenant-isolation.ts';
import { credentialBinding } from '../../api/tenant-isolation/credential-binding.ts';
import { database } from '../../api/tenant-isolation/data.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';

/** The ConfigMap in a tenant's system namespace that says what was set up in which database: its key and its format. */
export const DATABASE_RECORD = { configMap: 'cloister-database', key: 'database.json', format: 1 } as const;

const databaseRecord = z.strictObject({
  format: z.literal(DATABASE_RECORD.format),
  /** Of the TenantIsolation: the roles in the database are named by it. */
  uid: objectUID(),
  database,
  /** The credential that it was set up with; not set where the tenant does not bind it. */
  credential: credentialBinding.optional(),
  vault: tenantIsolation.schema.shape.spec.shape.vault,
});

/** What has to be known of a tenant to set its database up, and to take that away when the tenant is gone. It holds no secret. */
export type DatabaseRecord = z.infer<typeof databaseRecord>;

/** A record, or why it cannot be used: a clause about its ConfigMap. */
export type ReadRecord = { readonly record: DatabaseRecord } | { readonly problem: string };

/** Returns what a tenant asks for; null where it has no database. */
export function wantedRecord({ metadata, spec }: TenantIsolation): DatabaseRecord | null {
  if (spec.database === undefined) return null;
  const { adminCredential } = spec.database.connection;
  return {
    format: DATABASE_RECORD.format,
    uid: metadata.uid ?? '',
    // Read by the schema, so that what an older API server left out is there.
    database: database.parse(spec.database),
    credential: (spec.credentials ?? []).find(({ name }) => name === adminCredential),
    vault: spec.vault,
  };
}

/** Returns the one text that a record has. */
export function writeRecord(record: DatabaseRecord): string {
  return canonicalJson(record);
}

/** Reads a record. One that is not understood is a problem: what it says may still be in a database. */
export function readRecord(text: string | undefined): ReadRecord {
  const value = parseJson(text);
  if (!isRecord(value)) return { problem: `${DATABASE_RECORD.key} is not a JSON object` };
  if (value['format'] !== DATABASE_RECORD.format)
    return { problem: `format is ${show(value['format'])}; this operator knows ${DATABASE_RECORD.format}` };
  const parsed = databaseRecord.safeParse(value);
  if (parsed.success) return { record: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') ?? DATABASE_RECORD.key} is not what this operator writes` };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/**
 * Whether what was set up has to be taken away before what is wanted is set up: it is of another tenant of the name, in another
 * place, or about tables that are not asked for any more. What only changes how to connect leaves it as it is.
 */
export function isReplaced(before: DatabaseRecord, after: DatabaseRecord): boolean {
  const tables = new Set(after.database.tables);
  const isKept = before.database.tables.every((table) => tables.has(table));
  return !isKept || !isDeepEqualJson(identityOf(before), identityOf(after));
}

function identityOf({ uid, database: { connection, ...spec } }: DatabaseRecord): object {
  const { host, port, database: name } = connection;
  const { strategy, schema, tenantColumn, tenantValue } = spec;
  return { uid, host, port, name, strategy, schema, tenantColumn, tenantValue };
}
