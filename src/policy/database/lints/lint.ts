import { quoteGrantee } from '../statements.ts';
import type { CatalogFacts, Grant, RelationFacts } from '../catalog-facts.ts';
import { partsOf } from '../plan-row-level.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA } from '../role-names.ts';
import { nameOf, type WantedIsolation } from '../wanted-isolation.ts';

/** What a lint is asked about. */
export interface LintInput {
  readonly facts: CatalogFacts;
  readonly wanted: WantedIsolation;
  /** Relations that the tenant declares, and their parts. */
  readonly own: readonly RelationFacts[];
}

/** One place where the structure does not isolate. */
export interface LintHit {
  readonly object: string;
  /** SQL that mends it. */
  readonly statement: string;
}

/** A rule about the structure of a database. */
export interface Lint {
  /** Stable, in upper camel case. */
  readonly name: string;
  /** `Isolation` withholds logins. */
  readonly severity: 'Isolation' | 'Advice';
  /** What is found, as one sentence in Markdown. */
  readonly meaning: string;
  readonly find: (input: LintInput) => readonly LintHit[];
}

/** Privileges of PUBLIC and of the roles of the tenant: what a login of the tenant has. */
export function heldBy(wanted: WantedIsolation, grants: readonly Grant[]): readonly Grant[] {
  const own = new Set(['', AGENTS_ROLE, wanted.roles.reader, wanted.roles.writer]);
  return grants.filter(({ grantee }) => own.has(grantee));
}

/** Whether a login of the tenant can name the objects of a schema. */
export function canUse({ facts, wanted }: Pick<LintInput, 'facts' | 'wanted'>, schema: string): boolean {
  const grants = facts.schemas.find(({ name }) => name === schema)?.grants ?? [];
  return heldBy(wanted, grants).some(({ privilege }) => privilege === 'USAGE');
}

/** Takes privileges away, from each role that has them. */
export function revocations(grants: readonly Grant[], on: string): string {
  const privileges = Map.groupBy(grants, ({ grantee }) => grantee);
  return [...privileges]
    .map(
      ([grantee, held]) =>
        `REVOKE ${[...new Set(held.map(({ privilege }) => privilege))].sort().join(', ')} ON ${on} FROM ${quoteGrantee(grantee)};`,
    )
    .join(' ');
}

/** Builds what lints are asked about. */
export function lintInput(facts: CatalogFacts, wanted: WantedIsolation): LintInput {
  const { sharing } = wanted;
  if (sharing.strategy === 'Schema')
    return { facts, wanted, own: facts.relations.filter(({ schema }) => schema === sharing.schema) };
  if (sharing.strategy !== 'RowLevel')
    return { facts, wanted, own: facts.relations.filter(({ schema }) => schema !== CLOISTER_SCHEMA) };
  const names = new Set(sharing.tables.map(nameOf));
  const parts = new Set(sharing.tables.flatMap((table) => partsOf(table, facts.relations)));
  return {
    facts,
    wanted,
    own: facts.relations.filter((relation) => names.has(nameOf(relation)) || parts.has(relation)),
  };
}

/** Declared tables that the tenant shares with others by rows; none with another strategy. */
export function sharedTables({ wanted: { sharing }, own }: LintInput): readonly RelationFacts[] {
  if (sharing.strategy !== 'RowLevel') return [];
  const names = new Set(sharing.tables.map(nameOf));
  return own.filter((relation) => names.has(nameOf(relation)));
}
