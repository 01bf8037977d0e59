import { quoteIdentifier } from '../../lib/quote-sql.ts';
import type { CatalogFacts, Grant, RelationFacts } from './catalog-facts.ts';
import type { PlannedTransaction } from './isolation-plan.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA } from './role-names.ts';
import { grantStatements, quoteGrantee, quoteTable } from './statements.ts';
import { nameOf, type WantedIsolation } from './wanted-isolation.ts';

const READS = ['SELECT'] as const;
const WRITES = ['DELETE', 'INSERT', 'UPDATE'] as const;

type Roles = WantedIsolation['roles'];

/** What the roles of the tenant may do with a relation that is theirs, and nothing else: TRUNCATE, REFERENCES and TRIGGER pass row security by. */
export function ownGrants(relation: RelationFacts, { reader, writer }: Roles): readonly string[] {
  const on = `TABLE ${quoteTable(relation)}`;
  const isWritable = relation.kind === 'r' || relation.kind === 'p';
  return [
    ...grantStatements({ on, role: reader, privileges: READS }, relation.grants),
    ...grantStatements({ on, role: writer, privileges: isWritable ? WRITES : [] }, relation.grants),
    ...grantStatements({ on, role: AGENTS_ROLE, privileges: [] }, relation.grants),
    ...relation.sequences.flatMap((sequence) => [
      ...grantStatements(
        { on: `SEQUENCE ${quoteTable(sequence)}`, role: writer, privileges: ['USAGE'] },
        sequence.grants,
      ),
      ...grantStatements(
        { on: `SEQUENCE ${quoteTable(sequence)}`, role: reader, privileges: [] },
        sequence.grants,
      ),
    ]),
  ];
}

/** Takes away what the roles of the tenant have on a relation that is not theirs, or is a part of one that is. */
export function noGrants(relation: RelationFacts, { reader, writer }: Roles): readonly string[] {
  const on = `TABLE ${quoteTable(relation)}`;
  return [reader, writer, AGENTS_ROLE].flatMap((role) => [
    ...grantStatements({ on, role, privileges: [] }, relation.grants),
    ...relation.sequences.flatMap((sequence) =>
      grantStatements({ on: `SEQUENCE ${quoteTable(sequence)}`, role, privileges: [] }, sequence.grants),
    ),
  ]);
}

/** Lets the tenant use these schemas and no others. */
export function planSchemas(
  facts: CatalogFacts,
  { reader, writer }: Roles,
  used: ReadonlySet<string>,
): readonly PlannedTransaction[] {
  return facts.schemas.flatMap(({ name, grants }) => {
    if (name === CLOISTER_SCHEMA) return [];
    const on = `SCHEMA ${quoteIdentifier(name)}`;
    const privileges = used.has(name) && needsUsage(grants, reader) ? ['USAGE'] : [];
    const statements = [
      ...grantStatements({ on, role: reader, privileges }, grants),
      ...[writer, AGENTS_ROLE].flatMap((role) => grantStatements({ on, role, privileges: [] }, grants)),
    ];
    return statements.length === 0 ? [] : [{ object: `schema ${name}`, statements }];
  });
}

/** Whether the tenant is to have USAGE itself. Everybody has it on `public`, which often nobody may grant. */
export function needsUsage(grants: readonly Grant[], reader: string): boolean {
  const held = grants.filter(({ privilege }) => privilege === 'USAGE').map(({ grantee }) => grantee);
  return held.includes(reader) || !held.includes('');
}

/** A schema or a database that is of one tenant alone. */
export interface OwnPlace {
  /** As messages name it: `schema acme`. */
  readonly object: string;
  /** As GRANT writes it. */
  readonly on: string;
  readonly grants: readonly Grant[];
  /** What lets somebody in. */
  readonly entry: 'USAGE' | 'CONNECT';
}

/** Closes it for everybody: only the tenant and trusted logins come in. */
export function closePlace(
  { object, on, grants, entry }: OwnPlace,
  { reader, writer }: Roles,
  logins: readonly string[],
): readonly PlannedTransaction[] {
  const held = [...new Set(grants.filter(({ grantee }) => grantee === '').map(({ privilege }) => privilege))];
  // Who got in as anybody does would be locked out together with it.
  const missing = logins.filter(
    (login) => !grants.some(({ grantee, privilege }) => grantee === login && privilege === entry),
  );
  const statements = [
    ...missing.map((login) => `GRANT ${entry} ON ${on} TO ${quoteIdentifier(login)}`),
    ...(held.length === 0 ? [] : [`REVOKE ${held.sort().join(', ')} ON ${on} FROM ${quoteGrantee('')}`]),
    ...grantStatements({ on, role: reader, privileges: [entry] }, grants),
    ...[writer, AGENTS_ROLE].flatMap((role) => grantStatements({ on, role, privileges: [] }, grants)),
  ];
  return statements.length === 0 ? [] : [{ object, statements }];
}

/** Gives the tenant everything of the relations, each in a transaction of its own. A view that reads something else is not the tenant's. */
export function planOwnRelations(
  relations: readonly RelationFacts[],
  roles: Roles,
): readonly PlannedTransaction[] {
  const names = new Set(relations.map(nameOf));
  return relations.flatMap((relation) => {
    const isOwn =
      relation.kind !== 'f' &&
      relation.parents.length === 0 &&
      relation.reads.every((name) => names.has(name));
    const statements = isOwn ? ownGrants(relation, roles) : noGrants(relation, roles);
    return statements.length === 0 ? [] : [{ object: describeRelation(relation), statements }];
  });
}

const KINDS = { r: 'table', p: 'table', v: 'view', m: 'materialized view', f: 'foreign table' } as const;

/** How messages name a relation. */
export function describeRelation(relation: Pick<RelationFacts, 'kind' | 'schema' | 'name'>): string {
  return `${KINDS[relation.kind]} ${nameOf(relation)}`;
}
