import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import { viewsOf } from '../attacks/row-attacks.ts';
import type { RelationFacts } from '../catalog-facts.ts';
import { describeRelation } from '../plan-grants.ts';
import { quoteGrantee, quoteTable } from '../statements.ts';
import { nameOf } from '../wanted-isolation.ts';
import { canUse, heldBy, type Lint, type LintInput, revocations, sharedTables } from './lint.ts';

/** Whether what a role owns shows every row of the declared tables to every role. */
function seesEverything({ facts, own }: LintInput, owner: string): boolean {
  const role = facts.roles.find(({ name }) => name === owner);
  if (role === undefined || role.isSuperuser || role.bypassesRowSecurity) return true;
  const seeing = own.flatMap(({ policies }) => policies.filter(({ using }) => using === 'true'));
  return seeing.some(({ roles }) => roles.some((one) => role.reaches.includes(one)));
}

/** Views on declared tables, and on what is not the tenant's, that a login of the tenant may read. */
function readableViews(input: LintInput): readonly RelationFacts[] {
  const { facts, wanted, own } = input;
  const isReadable = (view: RelationFacts): boolean =>
    canUse(input, view.schema) && heldBy(wanted, view.grants).some(({ privilege }) => privilege === 'SELECT');
  if (wanted.sharing.strategy === 'RowLevel') {
    const views = sharedTables(input).flatMap((table) => viewsOf(table, facts.relations));
    return [...new Set(views)].filter(isReadable);
  }
  const names = new Set(own.map(nameOf));
  return facts.relations.filter((view) => view.reads.some((one) => !names.has(one)) && isReadable(view));
}

const viewBypasses: Lint = {
  name: 'ViewBypasses',
  severity: 'Isolation',
  meaning:
    'Agents may read a view that reads with the privileges of its owner, who sees the rows of every tenant.',
  find: (input) =>
    readableViews(input)
      .filter((view) => view.kind === 'v' && !view.isSecurityInvoker && seesEverything(input, view.owner))
      .map((view) => ({
        object: describeRelation(view),
        statement: `ALTER VIEW ${quoteTable(view)} SET (security_invoker = true);`,
      })),
};

const viewOfOwner: Lint = {
  name: 'ViewOfOwner',
  severity: 'Advice',
  meaning:
    'Agents may read a view that reads with the privileges of its owner, who sees no row by now. It would show every row once its owner does.',
  find: (input) =>
    readableViews(input)
      .filter((view) => view.kind === 'v' && !view.isSecurityInvoker && !seesEverything(input, view.owner))
      .map((view) => ({
        object: describeRelation(view),
        statement: `ALTER VIEW ${quoteTable(view)} SET (security_invoker = true);`,
      })),
};

const materializedView: Lint = {
  name: 'MaterializedViewGranted',
  severity: 'Isolation',
  meaning:
    'Agents may read a materialized view of a declared table. It is a copy, which has no row security.',
  find: (input) =>
    readableViews(input)
      .filter(({ kind }) => kind === 'm')
      .map((view) => ({
        object: describeRelation(view),
        statement: revocations(heldBy(input.wanted, view.grants), `TABLE ${quoteTable(view)}`),
      })),
};

/** Functions with SECURITY DEFINER that a login of the tenant may call. */
function callableFunctions(input: LintInput) {
  return input.facts.functions
    .filter(({ schema, grants }) => canUse(input, schema) && heldBy(input.wanted, grants).length > 0)
    .map((one) => ({
      owner: one.owner,
      hit: {
        object: `function ${one.schema}.${one.signature}`,
        statement: [...new Set(heldBy(input.wanted, one.grants).map(({ grantee }) => grantee))]
          .map(
            (grantee) =>
              `REVOKE EXECUTE ON FUNCTION ${quoteIdentifier(one.schema)}.${one.signature} FROM ${quoteGrantee(grantee)};`,
          )
          .join(' '),
      },
    }));
}

const definerFunction: Lint = {
  name: 'DefinerFunction',
  severity: 'Isolation',
  meaning:
    'Agents may call a function with SECURITY DEFINER whose owner sees the rows of every tenant. Every function can be called by PUBLIC until that is revoked.',
  find: (input) =>
    callableFunctions(input)
      .filter(({ owner }) => seesEverything(input, owner))
      .map(({ hit }) => hit),
};

const definerFunctionOfOwner: Lint = {
  name: 'DefinerFunctionOfOwner',
  severity: 'Advice',
  meaning:
    'Agents may call a function with SECURITY DEFINER. Its owner sees no row of another tenant by now.',
  find: (input) =>
    callableFunctions(input)
      .filter(({ owner }) => !seesEverything(input, owner))
      .map(({ hit }) => hit),
};

export const INDIRECT_LINTS: readonly Lint[] = [
  viewBypasses,
  viewOfOwner,
  materializedView,
  definerFunction,
  definerFunctionOfOwner,
];
