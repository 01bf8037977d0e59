import type { CatalogFacts } from '../catalog-facts.ts';
import { AGENTS_ROLE, writerOf } from '../role-names.ts';
import type { WantedIsolation } from '../wanted-isolation.ts';
import type { Attack } from './attack.ts';
import {
  foundationAttacks,
  schemaCreation,
  serverAttacks,
  tablePrivilegeAttacks,
} from './privilege-attacks.ts';
import type { ProbeTarget } from './probe-target.ts';
import { rowAttacks } from './row-attacks.ts';
import { writeAttacks } from './write-attacks.ts';

/** All that a login of the tenant is tried with. */
export function buildAttacks(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  targets: readonly ProbeTarget[],
): readonly Attack[] {
  const owners = [...new Set(targets.map(({ table }) => table.owner))];
  const [other] = facts.otherTenants;
  const roles = new Set([
    AGENTS_ROLE,
    facts.admin.name,
    ...owners,
    ...wanted.trustedLogins,
    ...(other === undefined ? [] : [other.name, writerOf(other.name)]),
  ]);
  const schemas = new Set(targets.map(({ table }) => table.schema));
  return [
    ...targets.flatMap((target) => [
      ...rowAttacks(target, facts, [...roles]),
      ...writeAttacks(target),
      ...tablePrivilegeAttacks(target.table, facts.serverVersion),
    ]),
    ...foundationAttacks(),
    ...[...schemas].map(schemaCreation),
    ...serverAttacks(wanted.roles.reader, owners),
  ];
}
