import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { IsolationPlan } from '../../policy/database/isolation-plan.ts';
import { type Finding, findStructure } from '../../policy/database/lints/index.ts';
import { planIsolation } from '../../policy/database/plan-isolation.ts';
import { type WantedIsolation, wantedIsolation } from '../../policy/database/wanted-isolation.ts';
import type { DatabaseSession } from '../../postgres/database-session.ts';
import { readCatalog } from '../../postgres/read-catalog.ts';

/** What would be done for a tenant, and what is found before it. */
export interface ReadPlan extends IsolationPlan {
  readonly tenant: string;
  readonly findings: readonly Finding[];
  /** Whether nothing is left to do and the structure does not isolate. */
  readonly isOpen: boolean;
}

/** Of a tenant that the API server has not stored, and so has given no UID. */
const NO_UID = '00000000-0000-0000-0000-000000000000';

/** Reads the catalog and plans, and changes nothing. Rejects with a DatabaseError. */
export async function readPlan(
  session: DatabaseSession,
  tenant: TenantIsolation,
  others: readonly TenantIsolation[],
): Promise<ReadPlan> {
  const wanted = wantedOf(tenant, 0);
  if (wanted === null) throw new TypeError('the tenant has no database');
  const neighbours = others.flatMap((other, index) => wantedOf(other, index + 1) ?? []);
  const facts = await readCatalog(session, wanted);
  const plan = planIsolation(facts, wanted, neighbours);
  const findings = findStructure(facts, wanted);
  const isDone = plan.transactions.length === 0 && plan.refusals.length === 0;
  const isOpen = isDone && findings.some(({ severity }) => severity === 'Isolation');
  return { tenant: tenant.metadata.name, ...plan, findings, isOpen };
}

/** Tenants without a UID must not share their roles. */
function wantedOf({ metadata: { name, uid }, spec }: TenantIsolation, index: number): WantedIsolation | null {
  const stand = `${NO_UID.slice(0, -4)}${String(index).padStart(4, '0')}`;
  return wantedIsolation({ metadata: { name, uid: uid ?? stand }, spec });
}
