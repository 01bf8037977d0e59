import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import { CLOISTER_SCHEMA } from '../role-names.ts';
import { quoteTable } from '../statements.ts';
import { nameOf, type TableName } from '../wanted-isolation.ts';
import type { Attack } from './attack.ts';
import type { AttackName } from './attack-meanings.ts';

/** Privileges of a table that row security does not ask about, and the attack that asks for each. */
const TABLE_PRIVILEGES: readonly (readonly [privilege: string, attack: AttackName])[] = [
  ['TRUNCATE', 'TruncateTable'],
  ['REFERENCES', 'ReferencesTable'],
  ['TRIGGER', 'TriggerTable'],
];

const MAINTAIN: (typeof TABLE_PRIVILEGES)[number] = ['MAINTAIN', 'MaintainTable'];

/** It is a privilege since version 17. */
const MAINTAIN_VERSION = 170_000;

/** Roles of PostgreSQL that reach more than the rows of a tenant. */
const PREDEFINED_ROLES = [
  'pg_read_all_data',
  'pg_write_all_data',
  'pg_read_all_stats',
  'pg_monitor',
  'pg_read_all_settings',
  'pg_signal_backend',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_execute_server_program',
] as const;

/** What the login may do with a table beside reading and writing. It is asked and not done: it would lock the table. */
export function tablePrivilegeAttacks(table: TableName, serverVersion: number): readonly Attack[] {
  const relation = quoteTable(table);
  const object = `table ${nameOf(table)}`;
  const privileges = [...TABLE_PRIVILEGES, ...(serverVersion >= MAINTAIN_VERSION ? [MAINTAIN] : [])];
  return [
    ...privileges.map(([privilege, name]): Attack => ({
      name,
      object,
      setup: [],
      trial: {
        text: 'SELECT has_table_privilege($1::regclass, $2) AS reached',
        values: [relation, privilege],
      },
      reach: 'Row',
    })),
    {
      name: 'OwnTable',
      object,
      setup: [],
      trial: {
        text: "SELECT pg_has_role(relowner, 'MEMBER') AS reached FROM pg_class WHERE oid = $1::regclass",
        values: [relation],
      },
      reach: 'Row',
    },
  ];
}

/** What the login may do in the schema of Cloister, which decides whose a session is. */
export function foundationAttacks(): readonly Attack[] {
  const object = `schema ${CLOISTER_SCHEMA}`;
  const tenants = `${CLOISTER_SCHEMA}.tenant`;
  return [
    {
      name: 'ReadTenants',
      object,
      setup: [],
      trial: { text: `SELECT FROM ${tenants} LIMIT 1` },
      reach: 'Success',
    },
    {
      name: 'ChangeTenants',
      object,
      setup: [],
      trial: {
        text: "SELECT has_table_privilege($1::regclass, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') AS reached",
        values: [tenants],
      },
      reach: 'Row',
    },
    schemaCreation(CLOISTER_SCHEMA),
  ];
}

/** Whether the login may make objects in a schema, which others could take for their own. */
export function schemaCreation(schema: string): Attack {
  return {
    name: 'CreateInSchema',
    object: `schema ${schema}`,
    setup: [],
    trial: { text: "SELECT has_schema_privilege($1, 'CREATE') AS reached", values: [schema] },
    reach: 'Row',
  };
}

/** What the login may do on the server as a whole. */
export function serverAttacks(reader: string, owners: readonly string[]): readonly Attack[] {
  const role = (name: AttackName, text: string): Attack => ({
    name,
    object: 'server',
    setup: [],
    trial: { text },
    reach: 'Success',
  });
  const row = (name: AttackName, text: string, values: readonly string[] = []): Attack => ({
    name,
    object: 'server',
    setup: [],
    trial: { text, values },
    reach: 'Row',
  });
  return [
    role('BypassRowSecurity', 'ALTER ROLE CURRENT_USER BYPASSRLS'),
    role('CreateRole', `CREATE ROLE ${quoteIdentifier('cloister_probe_made')}`),
    role('ExtendTenant', `GRANT ${quoteIdentifier(reader)} TO pg_monitor`),
    role('ReadPasswords', 'SELECT FROM pg_authid LIMIT 1'),
    role('ReadFiles', "SELECT pg_read_file('PG_VERSION')"),
    role('RunPrograms', "COPY (SELECT) TO PROGRAM 'cat > /dev/null'"),
    row(
      'ReadSessions',
      "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename <> session_user AND query NOT IN ('', '<insufficient privilege>')) AS reached",
    ),
    row(
      'UsePredefinedRole',
      "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY(string_to_array($1, ',')) AND pg_has_role(oid, 'MEMBER')) AS reached",
      [PREDEFINED_ROLES.join(',')],
    ),
    row('ReadLargeObjects', "SELECT current_setting('lo_compat_privileges') = 'on' AS reached"),
    row('CreateInDatabase', "SELECT has_database_privilege(current_database(), 'CREATE') AS reached"),
    ...owners.map((owner) => ({
      ...role(
        'ChangeDefaultPrivileges',
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(owner)} GRANT SELECT ON TABLES TO PUBLIC`,
      ),
      object: `role ${owner}`,
    })),
  ];
}
