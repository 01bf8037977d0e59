import type { CatalogFacts } from '../catalog-facts.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA, writerOf } from '../role-names.ts';
import { TENANT_SETTING } from '../session-tenant.ts';
import { quoteTable } from '../statements.ts';
import { nameOf, type WantedIsolation } from '../wanted-isolation.ts';
import type { Attack, Trial } from './attack.ts';
import {
  becomeAttacks,
  canaryAttacks,
  databaseAttacks,
  dedicatedAttacks,
  schemaAttacks,
  schemasOfOthers,
} from './place-attacks.ts';
import {
  foundationAttacks,
  schemaCreation,
  serverAttacks,
  tablePrivilegeAttacks,
} from './privilege-attacks.ts';
import type { ProbeTarget } from './probe-target.ts';
import { rowAttacks, setting } from './row-attacks.ts';
import { writeAttacks } from './write-attacks.ts';

/** All that a login of the tenant is tried with. */
export interface AttackMatrix {
  /** What the login must be able to do. Were it refused, a refusal of an attack would prove nothing. */
  readonly controls: readonly Trial[];
  readonly attacks: readonly Attack[];
  /** Whether there is something of others that an attack could reach. */
  readonly hasOthers: boolean;
}

/** Builds the attacks on what a database has. `targets` are the tables that the tenant shares by rows. */
export function buildAttacks(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  targets: readonly ProbeTarget[],
): AttackMatrix {
  const { strategy } = wanted.sharing;
  const owners = ownersOf(facts, wanted, targets);
  const [other] = facts.otherTenants;
  const roles = [
    ...new Set([
      AGENTS_ROLE,
      facts.admin.name,
      ...owners,
      ...wanted.trustedLogins,
      ...(other === undefined ? [] : [other.name, writerOf(other.name)]),
    ]),
  ];
  const schemas = new Set(targets.map(({ table }) => table.schema));
  const attacks = [
    ...targets.flatMap((target) => [
      ...rowAttacks(target, facts, roles),
      ...writeAttacks(target),
      ...tablePrivilegeAttacks(target.table, facts.serverVersion),
    ]),
    ...schemaAttacks(facts, wanted),
    ...(strategy === 'RowLevel' ? [] : canaryAttacks(wanted)),
    ...databaseAttacks(facts),
    ...(strategy === 'Dedicated' ? dedicatedAttacks(wanted.roles) : []),
    ...becomeAttacks(roles),
    ...foundationAttacks(),
    ...[...schemas].map(schemaCreation),
    ...serverAttacks(wanted.roles.reader, owners),
  ];
  return { controls: buildControls(wanted, targets), attacks, hasOthers: hasOthers(facts, wanted, targets) };
}

function buildControls({ sharing }: WantedIsolation, targets: readonly ProbeTarget[]): readonly Trial[] {
  if (sharing.strategy !== 'RowLevel') return [];
  const { value } = sharing;
  return [
    {
      name: 'KnowTenant',
      object: 'session',
      setup: [],
      trial: { text: `SELECT ${CLOISTER_SCHEMA}.session_tenant() = $1 AS reached`, values: [value] },
      reach: 'Row',
    },
    ...targets.map(({ table }): Trial => ({
      name: 'ReadOwnRows',
      object: `table ${nameOf(table)}`,
      setup: [setting(TENANT_SETTING, value)],
      trial: { text: `SELECT FROM ${quoteTable(table)} LIMIT 1` },
      reach: 'Success',
    })),
  ];
}

function ownersOf(
  facts: CatalogFacts,
  { sharing }: WantedIsolation,
  targets: readonly ProbeTarget[],
): readonly string[] {
  if (sharing.strategy === 'RowLevel') return [...new Set(targets.map(({ table }) => table.owner))];
  if (sharing.strategy !== 'Schema') return [facts.database.owner];
  return facts.schemas.filter(({ name }) => name === sharing.schema).map(({ owner }) => owner);
}

function hasOthers(facts: CatalogFacts, wanted: WantedIsolation, targets: readonly ProbeTarget[]): boolean {
  return (
    targets.some(({ otherValue }) => otherValue !== null) ||
    schemasOfOthers(facts, wanted).length > 0 ||
    (wanted.sharing.strategy !== 'RowLevel' && wanted.canary !== null) ||
    facts.otherDatabases.some(({ tenants }) => tenants.length > 0)
  );
}
