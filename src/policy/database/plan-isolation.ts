import type { CatalogFacts } from './catalog-facts.ts';
import type { IsolationPlan } from './isolation-plan.ts';
import { planRowLevel } from './plan-row-level.ts';
import { planFoundation } from './plan-roles.ts';
import type { WantedIsolation } from './wanted-isolation.ts';

/** Plans what makes the database as the tenant declares it. Facts that hold already give no statement. */
export function planIsolation(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  neighbours: readonly WantedIsolation[],
): IsolationPlan {
  void neighbours;
  const transactions = [
    ...planFoundation(facts, wanted),
    ...planRowLevel(facts, wanted, wanted.trustedLogins),
  ];
  return { transactions, breakages: [], refusals: [] };
}
