import { quoteIdentifier, quoteLiteral } from '../../lib/quote-sql.ts';
import type { CatalogFacts, ColumnFacts, PolicyFacts, RelationFacts } from './catalog-facts.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA } from './role-names.ts';
import { TENANT_SETTING } from './session-tenant.ts';
import { quoteTable } from './statements.ts';

/** Types of a tenant column, by which two values are one only if they have the same text. */
const CASTS: Readonly<Record<string, string>> = {
  text: '',
  'character varying': '',
  uuid: '::uuid',
  smallint: '::smallint',
  integer: '::integer',
  bigint: '::bigint',
};

/** Names of the policies of Cloister. */
export const OWN_POLICIES: ReadonlySet<string> = new Set([
  'cloister_tenant',
  'cloister_context',
  'cloister_trusted',
  'cloister_admin',
]);

/** Whether a column can say whose a row is. */
export function isUsableColumn({ type, isDomain, isGenerated, isLoose }: ColumnFacts): boolean {
  return Object.hasOwn(CASTS, type) && !isDomain && !isGenerated && !isLoose;
}

/** Types of columns that can say whose a row is, for messages. */
export const USABLE_TYPES: readonly string[] = Object.keys(CASTS);

/**
 * Returns the policies that a table with the tenant column needs.
 *
 * Permissive ones are joined by OR: one that its owner adds for everybody would open what `cloister_tenant` closes. So `cloister_context`,
 * which is joined by AND, repeats it. The owner of the rows is no agent, and passes by `cloister_trusted` where it is trusted.
 */
export function tenantPolicies(
  column: ColumnFacts,
  table: RelationFacts,
  { admin, roles }: Pick<CatalogFacts, 'admin' | 'roles'>,
  trusted: readonly string[],
): readonly PolicyFacts[] {
  const ofSession = comparison(column, `${CLOISTER_SCHEMA}.session_tenant()`, 'session_tenant');
  const setting = `NULLIF(current_setting('${TENANT_SETTING}'::text, true), ''::text)`;
  const both = `(${ofSession} AND ${comparison(column, setting, '"nullif"')})`;
  const bypassing = new Set(
    roles.filter((role) => role.isSuperuser || role.bypassesRowSecurity).map(({ name }) => name),
  );
  const logins = trusted.filter((login) => !bypassing.has(login));
  // Each tenant may have an admin of its own. They share the tables, and none takes another's policy away.
  const admins = new Set(table.policies.find(({ name }) => name === 'cloister_admin')?.roles);
  if (!admin.bypasses) admins.add(admin.name);
  const all = { command: '*', isPermissive: true, comment: null } as const;
  const tenant: PolicyFacts = {
    ...all,
    name: 'cloister_tenant',
    roles: [AGENTS_ROLE],
    using: ofSession,
    check: ofSession,
    comment: formerComment(table),
  };
  const context: PolicyFacts = {
    ...all,
    name: 'cloister_context',
    isPermissive: false,
    roles: [AGENTS_ROLE],
    using: both,
    check: both,
  };
  const owner: PolicyFacts = {
    ...all,
    name: 'cloister_trusted',
    roles: logins,
    using: 'true',
    check: 'true',
  };
  // Without it the operator could not tell whether there is a row of anybody else. It could drop every policy anyway.
  const reader: PolicyFacts = {
    ...all,
    command: 'r',
    name: 'cloister_admin',
    roles: [...admins],
    using: 'true',
    check: null,
  };
  return [tenant, context, ...[owner, reader].filter((policy) => policy.roles.length > 0)];
}

/** Written as the server tells it, so that a policy can be compared with what it is to be. A sub-select is evaluated once a statement, not once a row. */
function comparison({ quoted, type }: ColumnFacts, value: string, alias: string): string {
  const cast = CASTS[type] ?? '';
  const left = type === 'character varying' ? `(${quoted})::text` : quoted;
  const right = cast === '' ? value : `(${value})${cast}`;
  return `(${left} = ( SELECT ${right} AS ${alias}))`;
}

/** Statements that give the table the policies, and nothing where it has them. */
export function policyStatements(table: RelationFacts, wanted: readonly PolicyFacts[]): readonly string[] {
  const on = quoteTable(table);
  const existing = new Map(table.policies.map((policy) => [policy.name, policy]));
  const surplus = table.policies.filter(
    ({ name }) => OWN_POLICIES.has(name) && !wanted.some((one) => one.name === name),
  );
  const statements = surplus.map(({ name }) => `DROP POLICY ${quoteIdentifier(name)} ON ${on}`);
  for (const policy of wanted) {
    const found = existing.get(policy.name);
    if (found !== undefined && isSame(found, policy)) continue;
    if (found !== undefined) statements.push(`DROP POLICY ${quoteIdentifier(policy.name)} ON ${on}`);
    statements.push(createPolicy(policy, on));
    if (policy.comment !== null)
      statements.push(
        `COMMENT ON POLICY ${quoteIdentifier(policy.name)} ON ${on} IS ${quoteLiteral(policy.comment)}`,
      );
  }
  return statements;
}

/** Whether a policy of the table is as it is to be. What its comment says is kept and not compared. */
export function isSame(found: PolicyFacts, wanted: PolicyFacts): boolean {
  return (
    found.command === wanted.command &&
    found.isPermissive === wanted.isPermissive &&
    [...found.roles].sort().join('\0') === [...wanted.roles].sort().join('\0') &&
    found.using === wanted.using &&
    found.check === wanted.check
  );
}

const COMMANDS = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' } as const;

function createPolicy({ name, command, isPermissive, roles, using, check }: PolicyFacts, on: string): string {
  const kind = isPermissive ? 'PERMISSIVE' : 'RESTRICTIVE';
  const to = [...roles].sort().map(quoteIdentifier).join(', ');
  return [
    `CREATE POLICY ${quoteIdentifier(name)} ON ${on} AS ${kind} FOR ${COMMANDS[command]} TO ${to}`,
    ...(using === null ? [] : [`USING (${using})`]),
    ...(check === null ? [] : [`WITH CHECK (${check})`]),
  ].join(' ');
}

/** Row security of a table before Cloister. */
export interface FormerState {
  readonly isEnabled: boolean;
  readonly isForced: boolean;
}

/** The comment of `cloister_tenant`: how the table was when it came, which nothing else remembers. */
function formerComment(table: RelationFacts): string {
  const kept = readFormerState(table.policies);
  const isEnabled = kept?.isEnabled ?? table.hasRowSecurity;
  const isForced = kept?.isForced ?? table.forcesRowSecurity;
  return `cloister: row security was ${isEnabled ? 'enabled' : 'disabled'} and ${isForced ? 'forced' : 'not forced'}`;
}

/** Reads what `cloister_tenant` says of the table before Cloister; null where it says nothing. */
export function readFormerState(policies: readonly PolicyFacts[]): FormerState | null {
  const comment = policies.find(({ name }) => name === 'cloister_tenant')?.comment ?? '';
  const found = /^cloister: row security was (enabled|disabled) and (forced|not forced)$/.exec(comment);
  return found === null ? null : { isEnabled: found[1] === 'enabled', isForced: found[2] === 'forced' };
}
