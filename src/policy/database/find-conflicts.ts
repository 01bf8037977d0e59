import type { CatalogFacts } from './catalog-facts.ts';
import type { Refusal } from './isolation-plan.ts';
import { findOverlap } from './find-overlap.ts';
import type { WantedIsolation } from './wanted-isolation.ts';

/**
 * Finds what another tenant has too: by what the others declare, and by what the database holds of tenants that this cluster need not
 * know, or that name the server otherwise.
 */
export function findConflicts(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  neighbours: readonly WantedIsolation[],
): readonly Refusal[] {
  const declared = neighbours.flatMap((other) => {
    const overlap = findOverlap(wanted, other);
    return overlap === null
      ? []
      : [conflict(`tenant ${other.tenant}`, `tenant ${other.tenant} declares ${overlap.claimed} too`)];
  });
  return declared.length > 0 ? declared : findHeld(facts, wanted);
}

function conflict(object: string, problem: string): Refusal {
  return { reason: 'Conflict', object, problem: `${problem}: each tenant needs its own` };
}

/** What the database holds for another tenant. Its roles say nothing of which one it is. */
function findHeld(facts: CatalogFacts, { roles, sharing }: WantedIsolation): readonly Refusal[] {
  const [other] = facts.otherTenants;
  const server = (problem: string): Refusal[] => [conflict(`role ${other?.name ?? ''}`, problem)];
  if (sharing.strategy === 'Dedicated')
    return other === undefined
      ? []
      : server('the server has a role of another tenant, and would be dedicated to one');
  if (other?.strategy === 'Dedicated')
    return server('the server is dedicated to another tenant, which has a role on it');
  if (sharing.strategy === 'Database') {
    const [holder] = facts.database.tenants;
    return holder === undefined
      ? []
      : [conflict(`database ${facts.database.name}`, `role ${holder} of another tenant may connect`)];
  }
  if (sharing.strategy === 'Schema') {
    const [holder] = facts.schemas.find(({ name }) => name === sharing.schema)?.tenants ?? [];
    return holder === undefined
      ? []
      : [conflict(`schema ${sharing.schema}`, `role ${holder} of another tenant may use it`)];
  }
  if (sharing.strategy !== 'RowLevel') return [];
  const holder = facts.cloister?.tenants.find(
    ({ roleName, value }) => roleName !== roles.reader && value === sharing.value,
  );
  return holder === undefined
    ? []
    : [conflict(`role ${holder.roleName}`, `role ${holder.roleName} of another tenant has this tenantValue`)];
}
