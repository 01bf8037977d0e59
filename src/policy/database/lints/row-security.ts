import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import { describeRelation } from '../plan-grants.ts';
import { partsOf } from '../plan-row-level.ts';
import { AGENTS_ROLE } from '../role-names.ts';
import { quoteTable } from '../statements.ts';
import { isSame, OWN_POLICIES, policyStatements, tenantPolicies } from '../tenant-policies.ts';
import { heldBy, type Lint, type LintInput, revocations, sharedTables } from './lint.ts';

const rowSecurityOff: Lint = {
  name: 'RowSecurityOff',
  severity: 'Isolation',
  meaning: 'Row security of a declared table is not enabled: every policy is without effect.',
  find: (input) =>
    sharedTables(input)
      .filter(({ hasRowSecurity }) => !hasRowSecurity)
      .map((table) => ({
        object: describeRelation(table),
        statement: `ALTER TABLE ${quoteTable(table)} ENABLE ROW LEVEL SECURITY;`,
      })),
};

const rowSecurityNotForced: Lint = {
  name: 'RowSecurityNotForced',
  severity: 'Isolation',
  meaning:
    'Row security of a declared table is not forced: its owner, and views and functions of its owner, show every row.',
  find: (input) =>
    sharedTables(input)
      .filter(({ forcesRowSecurity }) => !forcesRowSecurity)
      .map((table) => ({
        object: describeRelation(table),
        statement: `ALTER TABLE ${quoteTable(table)} FORCE ROW LEVEL SECURITY;`,
      })),
};

const policyChanged: Lint = {
  name: 'PolicyChanged',
  severity: 'Isolation',
  meaning: 'A policy of Cloister is missing on a declared table, or was changed.',
  find: (input) => {
    const { facts, wanted } = input;
    const { sharing } = wanted;
    if (sharing.strategy !== 'RowLevel') return [];
    return sharedTables(input).flatMap((table) => {
      const column = table.columns.find(({ name }) => name === sharing.column);
      if (column === undefined) return [];
      return tenantPolicies(column, table, facts, [])
        .filter(({ name }) => name === 'cloister_tenant' || name === 'cloister_context')
        .filter((policy) => !table.policies.some((one) => one.name === policy.name && isSame(one, policy)))
        .map((policy) => ({
          object: `policy ${policy.name} on ${describeRelation(table)}`,
          statement: policyStatements(
            { ...table, policies: table.policies.filter(({ name }) => name === policy.name) },
            [policy],
          )
            .map((one) => `${one};`)
            .join(' '),
        }));
    });
  },
};

/** Policies of others that apply to a login of the tenant. */
function foreignPolicies(input: LintInput) {
  const agents = new Set(['', AGENTS_ROLE, input.wanted.roles.reader, input.wanted.roles.writer]);
  return sharedTables(input).flatMap((table) =>
    table.policies
      .filter(({ name, roles }) => !OWN_POLICIES.has(name) && roles.some((role) => agents.has(role)))
      .map((policy) => ({ table, policy })),
  );
}

const policyForAgents: Lint = {
  name: 'PolicyForAgents',
  severity: 'Advice',
  meaning:
    'A permissive policy of somebody else applies to agents too. `cloister_context` keeps it from showing them a row of others; without it, it would.',
  find: (input) =>
    foreignPolicies(input)
      .filter(({ policy }) => policy.isPermissive)
      .map(({ table, policy }) => ({
        object: `policy ${policy.name} on ${describeRelation(table)}`,
        statement: `ALTER POLICY ${quoteIdentifier(policy.name)} ON ${quoteTable(table)} TO ${quoteIdentifier(table.owner)};`,
      })),
};

/** A call that is not the whole of a sub-select. */
const BARE_CALL = /(?<!SELECT )\b(?:current_setting|[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*)\(/;

const policyPerRow: Lint = {
  name: 'PolicyPerRow',
  severity: 'Advice',
  meaning:
    'A policy calls a function for each row. Within `(SELECT …)` it is called once a statement; make the function STABLE.',
  find: (input) =>
    foreignPolicies(input)
      .filter(({ policy }) => BARE_CALL.test(policy.using ?? '') && !/SELECT/.test(policy.using ?? ''))
      .map(({ table, policy }) => ({
        object: `policy ${policy.name} on ${describeRelation(table)}`,
        statement: `ALTER POLICY ${quoteIdentifier(policy.name)} ON ${quoteTable(table)} USING (/* each call as (SELECT call) */ ${policy.using ?? ''});`,
      })),
};

/** Privileges that row security does not ask about. */
const UNFILTERED = new Set(['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']);

const tablePrivilege: Lint = {
  name: 'TablePrivilege',
  severity: 'Isolation',
  meaning:
    'Agents have TRUNCATE, REFERENCES, TRIGGER or MAINTAIN on a declared table, mostly by PUBLIC. Row security asks about none of these.',
  find: (input) =>
    sharedTables(input).flatMap((table) => {
      const held = heldBy(input.wanted, table.grants).filter(({ privilege }) => UNFILTERED.has(privilege));
      return held.length === 0
        ? []
        : [{ object: describeRelation(table), statement: revocations(held, `TABLE ${quoteTable(table)}`) }];
    }),
};

const partGranted: Lint = {
  name: 'PartGranted',
  severity: 'Isolation',
  meaning:
    'Agents may use a partition of a declared table, or a table that inherits from it, by its own name. Policies of the declared table do not hold there.',
  find: (input) =>
    sharedTables(input)
      .flatMap((table) => partsOf(table, input.facts.relations))
      .flatMap((part) => {
        const held = heldBy(input.wanted, part.grants);
        return held.length === 0
          ? []
          : [{ object: describeRelation(part), statement: revocations(held, `TABLE ${quoteTable(part)}`) }];
      }),
};

const ownerLogsIn: Lint = {
  name: 'OwnerLogsIn',
  severity: 'Advice',
  meaning:
    'A trusted login owns a declared table. It sees every row, and can take the policies away: let a role own the table that nobody logs in with.',
  find: (input) =>
    sharedTables(input)
      .filter(({ ownerLogins, owner }) => ownerLogins.includes(owner))
      .map((table) => ({
        object: describeRelation(table),
        statement: `ALTER TABLE ${quoteTable(table)} OWNER TO ${quoteIdentifier(`${table.owner}_owner`.slice(-63))};`,
      })),
};

export const ROW_SECURITY_LINTS: readonly Lint[] = [
  rowSecurityOff,
  rowSecurityNotForced,
  policyChanged,
  policyForAgents,
  policyPerRow,
  tablePrivilege,
  partGranted,
  ownerLogsIn,
];
