import { LABEL } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { enrolmentLabels } from '../../render/enrolment-labels.ts';
import { enrolmentStatus, type NamespaceState, type TenantStatus } from './enrolment-status.ts';

/** The world as one reconciliation sees it. */
export interface EnrolmentWorld {
  readonly tenants: readonly TenantIsolation[];
  readonly namespaces: readonly KubeObject[];
  /** RFC 3339. */
  readonly now: string;
}

/** Labels to put on a namespace; `uid` keeps them off one that was made again in between. */
export interface Enrolment {
  readonly namespace: string;
  readonly uid: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** A namespace to take the tenant label from. Its Pod Security labels stay: whoever wants them gone says so. */
export interface Release {
  readonly namespace: string;
  readonly resourceVersion: string;
}

/** What is to be written, and nothing that stands already. */
export interface EnrolmentPlan {
  readonly enrolments: readonly Enrolment[];
  readonly releases: readonly Release[];
  readonly statuses: readonly { readonly tenant: string; readonly status: TenantStatus }[];
}

/**
 * Decides which namespaces are enrolled for which tenant. A namespace that two tenants list stays with the older one.
 * A namespace that carries the label and that no tenant lists any more is released.
 */
export function planEnrolment({ tenants, namespaces, now }: EnrolmentWorld): EnrolmentPlan {
  const byName = new Map(namespaces.map((namespace) => [namespace.metadata.name ?? '', namespace]));
  const holders = holderOf(tenants);
  return {
    enrolments: enrol(holders, byName),
    releases: release(holders, namespaces),
    statuses: tenants.flatMap((tenant) => {
      const states = tenant.spec.namespaces.map(({ name }) => stateOf(name, tenant, holders, byName));
      const status = enrolmentStatus(tenant, states, now);
      return status === null ? [] : [{ tenant: tenant.metadata.name, status }];
    }),
  };
}

function holderOf(tenants: readonly TenantIsolation[]): ReadonlyMap<string, string> {
  const oldestFirst = [...tenants].sort((left, right) => (ageOf(left) < ageOf(right) ? -1 : 1));
  const holders = new Map<string, string>();
  for (const { metadata, spec } of oldestFirst) {
    for (const { name } of spec.namespaces) if (!holders.has(name)) holders.set(name, metadata.name);
  }
  return holders;
}

function ageOf({ metadata }: TenantIsolation): string {
  return `${metadata.creationTimestamp ?? '9999'} ${metadata.name}`;
}

function enrol(
  holders: ReadonlyMap<string, string>,
  byName: ReadonlyMap<string, KubeObject>,
): readonly Enrolment[] {
  return [...holders].flatMap(([name, tenant]) => {
    const namespace = byName.get(name);
    const labels = enrolmentLabels(tenant);
    if (namespace === undefined || isDeleting(namespace) || carries(namespace, labels)) return [];
    return [{ namespace: name, uid: namespace.metadata.uid, labels }];
  });
}

function release(
  holders: ReadonlyMap<string, string>,
  namespaces: readonly KubeObject[],
): readonly Release[] {
  return namespaces
    .map(({ metadata }) => metadata)
    .filter(({ name, labels }) => labels?.[LABEL.tenant] !== undefined && !holders.has(name ?? ''))
    .map(({ name, resourceVersion }) => ({ namespace: name ?? '', resourceVersion: resourceVersion ?? '' }));
}

function stateOf(
  name: string,
  tenant: TenantIsolation,
  holders: ReadonlyMap<string, string>,
  byName: ReadonlyMap<string, KubeObject>,
): NamespaceState {
  const holder = holders.get(name);
  if (holder !== tenant.metadata.name) return { name, state: 'EnrolledElsewhere', holder };
  const namespace = byName.get(name);
  if (namespace === undefined || isDeleting(namespace)) return { name, state: 'NamespaceMissing' };
  const state = carries(namespace, enrolmentLabels(holder)) ? 'Enrolled' : 'Pending';
  return { name, state, uid: namespace.metadata.uid };
}

function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function carries({ metadata }: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);
}
