import { quoteIdentifier } from '../../lib/quote-sql.ts';
import type { Grant } from './catalog-facts.ts';
import type { TableName } from './wanted-isolation.ts';

/** A table as statements name it. */
export function quoteTable({ schema, name }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** Privileges of a kind of object that a role is to have, and no others. */
export interface WantedGrants {
  /** What it is on, as GRANT writes it: `TABLE "a"."b"`. */
  readonly on: string;
  readonly role: string;
  readonly privileges: readonly string[];
}

/** Statements that give the role what it is to have and take away what it has beside it; none where that holds. */
export function grantStatements(
  { on, role, privileges }: WantedGrants,
  grants: readonly Grant[],
): readonly string[] {
  const held = grants.filter(({ grantee }) => grantee === role);
  const whole = new Set(held.filter(({ column }) => column === null).map(({ privilege }) => privilege));
  const missing = privileges.filter((privilege) => !whole.has(privilege));
  const surplus = [...whole].filter((privilege) => !privileges.includes(privilege)).sort();
  const columns = held.filter(({ column, privilege }) => column !== null && !privileges.includes(privilege));
  const to = quoteIdentifier(role);
  return [
    ...(surplus.length === 0 ? [] : [`REVOKE ${surplus.join(', ')} ON ${on} FROM ${to}`]),
    ...columns.map(
      ({ privilege, column }) => `REVOKE ${privilege} (${quoteIdentifier(column ?? '')}) ON ${on} FROM ${to}`,
    ),
    ...(missing.length === 0 ? [] : [`GRANT ${missing.join(', ')} ON ${on} TO ${to}`]),
  ];
}

/** PUBLIC is the empty name. */
export function quoteGrantee(grantee: string): string {
  return grantee === '' ? 'PUBLIC' : quoteIdentifier(grantee);
}
