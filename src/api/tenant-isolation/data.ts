import { z } from 'zod';
import { hostName, port } from '../shape/hosts.ts';
import { distinctList } from '../shape/lists.ts';
import { databaseIdentifier, dnsLabel, dnsSubdomain } from '../shape/names.ts';
import { secretPath } from '../shape/paths.ts';
import { rules } from '../shape/rules.ts';

const connection = z.object({
  host: hostName().describe('Host of the server.'),
  port: port().default(5432).describe('Port of the server.'),
  database: databaseIdentifier().describe('Name of the database.'),
  adminCredential: dnsLabel().describe(
    "Credential of this tenant that the operator sets the isolation up with. No agent's.",
  ),
});

const tables = () => distinctList(databaseIdentifier(), 128);

/** How the tenant's rows are kept apart from those of others. */
export const database = z
  .object({
    strategy: z
      .enum(['RowLevel', 'Schema', 'Database', 'Dedicated'])
      .describe('What is shared with other tenants: tables, a database, a server, or nothing.'),
    connection: connection.describe('The server.'),
    tenantColumn: databaseIdentifier()
      .optional()
      .describe("Column that holds the tenant's name. Only with strategy `RowLevel`."),
    tables: tables().describe('Tables that are protected. Needed with strategy `RowLevel`.'),
    trustedLogins: distinctList(databaseIdentifier(), 16).describe(
      'Logins, such as the application that owns the tables, that see every row. Empty: none.',
    ),
  })
  .meta(
    rules(
      {
        rule: "(self.strategy == 'RowLevel') == has(self.tenantColumn)",
        message: 'must be set with strategy RowLevel, and only with it',
        fieldPath: '.tenantColumn',
      },
      {
        rule: "self.strategy != 'RowLevel' || self.tables.size() > 0",
        message: 'must not be empty with strategy RowLevel: list the tables to protect',
        fieldPath: '.tables',
        reason: 'FieldValueRequired',
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
