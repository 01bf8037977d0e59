import { z } from 'zod';
import { caBundle } from '../shape/certificates.ts';
import { hostName, port } from '../shape/hosts.ts';
import { distinctList } from '../shape/lists.ts';
import { databaseIdentifier, dnsLabel, dnsSubdomain, qualifiedTable } from '../shape/names.ts';
import { secretPath } from '../shape/paths.ts';
import { type Rule, rules } from '../shape/rules.ts';

const connection = z.object({
  host: hostName().describe('Host of the server. Its certificate must be for this name.'),
  port: port().default(5432).describe('Port of the server.'),
  database: databaseIdentifier().describe('Name of the database.'),
  caBundle: caBundle()
    .optional()
    .describe("Base64 of the PEM certificates that the server's must chain to. If not set: the system's."),
  adminCredential: dnsLabel().describe(
    'Credential of this tenant that the operator sets the isolation up with. Agents never get it.',
  ),
});

const tables = () => distinctList(qualifiedTable(), 128);

/** A row that the owner of a table made for the operator to try writes against. All that is tried is rolled back. */
const canary = z.object({
  table: qualifiedTable().describe('Table of the row: with strategy `RowLevel` one of `tables`.'),
  column: databaseIdentifier().describe('Column that identifies the row.'),
  value: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\p{Cc}]+$/u, 'must not contain control characters')
    .describe('Its value there. The row must not be of this tenant.'),
});

const onlyWithRowLevel = (field: string): Rule => ({
  rule: `(self.strategy == 'RowLevel') == has(self.${field})`,
  message: 'must be set with strategy RowLevel, and only with it',
  fieldPath: `.${field}`,
});

/** How the tenant's rows are kept apart from those of others. */
export const database = z
  .object({
    strategy: z
      .enum(['RowLevel', 'Schema', 'Database', 'Dedicated'])
      .describe('What is shared with other tenants: tables, a database, a server, or nothing.'),
    connection: connection.describe('The server.'),
    tenantColumn: databaseIdentifier()
      .optional()
      .describe('Column that says whose a row is. Only with strategy `RowLevel`.'),
    tenantValue: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[^\p{Cc}]+$/u, 'must not contain control characters')
      .optional()
      .describe("Value of `tenantColumn` in this tenant's rows. Only with strategy `RowLevel`."),
    schema: databaseIdentifier()
      .optional()
      .describe("Schema that is this tenant's alone. Only with strategy `Schema`."),
    tables: tables().describe(
      'Tables that are protected, as `schema.table`. Needed with strategy `RowLevel`, and only there.',
    ),
    canary: canary
      .optional()
      .describe(
        'A row of somebody else that writes are tried against. If not set: writes are judged by privileges and policies alone.',
      ),
    trustedLogins: distinctList(databaseIdentifier(), 16).describe(
      'Logins, such as the application that owns the tables, that see every row. Empty: none.',
    ),
  })
  .meta(
    rules(
      onlyWithRowLevel('tenantColumn'),
      onlyWithRowLevel('tenantValue'),
      {
        rule: "(self.strategy == 'Schema') == has(self.schema)",
        message: 'must be set with strategy Schema, and only with it',
        fieldPath: '.schema',
      },
      {
        rule: "(self.strategy == 'RowLevel') == (self.tables.size() > 0)",
        message: 'must list the tables to protect with strategy RowLevel, and must be empty with any other',
        fieldPath: '.tables',
      },
      {
        rule: "self.strategy != 'RowLevel' || !has(self.canary) || self.canary.table in self.tables",
        message: 'must be in tables: add it there, or name another canary',
        fieldPath: '.canary.table',
      },
    ),
  );

/** Where the tenant's embeddings are kept. */
export const vectorStore = z.object({
  pgvector: z
    .object({ tables: tables().describe('Tables, each with a partition for the tenant.') })
    .describe('In the tenant database.'),
});

const s3 = z.object({
  bucket: z
    .string()
    .min(3)
    .max(63)
    .regex(
      /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
      'must be lower-case letters, digits, "-" and ".", and must begin and end with a letter or digit',
    )
    .describe('Name of the bucket.'),
  prefix: secretPath().describe("Prefix that is the tenant's alone."),
  region: dnsLabel().describe('Region of the bucket.'),
  endpoint: hostName().optional().describe('Host of the service. If not set: that of the region.'),
  credential: dnsLabel().describe('Credential of this tenant that requests are signed with.'),
});

/** Where the tenant's files are kept. */
export const fileStorage = z
  .object({
    s3: s3.optional().describe('Objects under a prefix.'),
    persistentVolumes: z
      .object({ storageClassName: dnsSubdomain().describe('Storage class of its volumes.') })
      .optional()
      .describe('Volumes of the tenant alone.'),
  })
  .meta(
    rules({
      rule: 'has(self.s3) != has(self.persistentVolumes)',
      message: 'must have exactly one of s3 and persistentVolumes',
    }),
  );
