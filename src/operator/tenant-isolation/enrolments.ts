import { LABEL } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseTime } from '../../lib/time.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { type EnrolmentPlan, planEnrolment } from './plan-enrolment.ts';

type Caches = Pick<OperatorCaches, 'tenants' | 'roles' | 'namespaces'>;

/** Which namespaces are whose, as the caches have it now. */
export interface Enrolments {
  readonly plan: () => EnrolmentPlan;
  /** The namespaces that carry the tenant's label and are its own, sorted: in no other may anything be written. */
  readonly namespacesOf: (tenant: string) => readonly string[];
}

/**
 * Plans for all tenants at once, and again only when a cache has changed or an exemption has ended: every tenant is reconciled
 * by the same plan. Called before the caches start.
 */
export function createEnrolments(caches: Caches, clock: Pick<Clock, 'now'>): Enrolments {
  let planned: { readonly plan: EnrolmentPlan; readonly by: Enrolled; readonly until: number } | null = null;
  const forget = (): void => {
    planned = null;
  };
  caches.tenants.subscribe(forget);
  caches.roles.subscribe(forget);
  caches.namespaces.subscribe(forget);
  const now = () => {
    const time = clock.now();
    if (planned !== null && time < planned.until) return planned;
    const tenants = caches.tenants.list();
    const world = { tenants, roles: caches.roles.list(), namespaces: caches.namespaces.list(), now: time };
    const plan = planEnrolment(world);
    planned = { plan, by: enrolledBy(plan, world.namespaces), until: nextExpiration(tenants, time) };
    return planned;
  };
  return { plan: () => now().plan, namespacesOf: (tenant) => now().by.get(tenant) ?? [] };
}

/** When the next exemption of tenants ends, in milliseconds since 1970; never (`Infinity`) where none is in force at `now`. */
export function nextExpiration(tenants: readonly Pick<TenantIsolation, 'spec'>[], now: number): number {
  return tenants
    .flatMap(({ spec }) => spec.exemptions)
    .map(({ expirationTime }) => parseTime(expirationTime))
    .filter((end) => end > now)
    .reduce((first, end) => Math.min(first, end), Infinity);
}

type Enrolled = ReadonlyMap<string, readonly string[]>;

function enrolledBy(
  { holders }: EnrolmentPlan,
  namespaces: ReturnType<Caches['namespaces']['list']>,
): Enrolled {
  const enrolled = new Map<string, string[]>();
  for (const { metadata } of namespaces) {
    const tenant = metadata.labels?.[LABEL.tenant];
    const name = metadata.name ?? '';
    const isOwn = tenant !== undefined && holders.get(name) === tenant;
    if (!isOwn || metadata.deletionTimestamp !== undefined) continue;
    const known = enrolled.get(tenant);
    if (known === undefined) enrolled.set(tenant, [name]);
    else known.push(name);
  }
  for (const names of enrolled.values()) names.sort();
  return enrolled;
}
