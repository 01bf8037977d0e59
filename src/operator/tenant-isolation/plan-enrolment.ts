import { ANNOTATION, LABEL } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { formatTime } from '../../lib/time.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import { enrolmentLabels } from '../../render/enrolment-labels.ts';
import { exemptionAnnotation } from '../../render/exemption-annotation.ts';
import { enrolmentStatus, type NamespaceState, type TenantStatus } from './enrolment-status.ts';

/** The world as one reconciliation sees it. */
export interface EnrolmentWorld {
  readonly tenants: readonly TenantIsolation[];
  readonly namespaces: readonly KubeObject[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the operator owns of a namespace's metadata. */
interface OwnedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

type NamespacesByName = ReadonlyMap<string, KubeObject>;

/** Metadata to put on a namespace; `uid` keeps it off one that was made again in between. */
export interface Enrolment extends OwnedMetadata {
  readonly namespace: string;
  readonly uid: string | undefined;
}

/** A namespace to take the tenant label and the exemptions from. Its Pod Security labels stay: whoever wants them gone says so. */
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
  const wanted = wantedMetadata(holders, now);
  return {
    enrolments: enrol(wanted, byName),
    releases: release(holders, namespaces),
    statuses: tenants.flatMap((tenant) => {
      const states = tenant.spec.namespaces.map(({ name }) =>
        stateOf(name, tenant, holders, { wanted, byName }),
      );
      const status = enrolmentStatus(tenant, states, formatTime(now));
      return status === null ? [] : [{ tenant: tenant.metadata.name, status }];
    }),
  };
}

function holderOf(tenants: readonly TenantIsolation[]): ReadonlyMap<string, TenantIsolation> {
  const oldestFirst = [...tenants].sort((left, right) => (ageOf(left) < ageOf(right) ? -1 : 1));
  const holders = new Map<string, TenantIsolation>();
  for (const tenant of oldestFirst) {
    for (const { name } of tenant.spec.namespaces) if (!holders.has(name)) holders.set(name, tenant);
  }
  return holders;
}

function wantedMetadata(
  holders: ReadonlyMap<string, TenantIsolation>,
  now: number,
): ReadonlyMap<string, OwnedMetadata> {
  const entries = [...holders].map(([name, tenant]) => {
    const text = exemptionAnnotation(compileTenant(tenant), name, now);
    const annotations: Record<string, string> = text === '' ? {} : { [ANNOTATION.exemptions]: text };
    return [name, { labels: enrolmentLabels(tenant.metadata.name), annotations }] as const;
  });
  return new Map(entries);
}

function ageOf({ metadata }: TenantIsolation): string {
  return `${metadata.creationTimestamp ?? '9999'} ${metadata.name}`;
}

function enrol(wanted: ReadonlyMap<string, OwnedMetadata>, byName: NamespacesByName): readonly Enrolment[] {
  return [...wanted].flatMap(([name, metadata]) => {
    const namespace = byName.get(name);
    if (namespace === undefined || isDeleting(namespace) || carries(namespace, metadata)) return [];
    return [{ namespace: name, uid: namespace.metadata.uid, ...metadata }];
  });
}

function release(
  holders: ReadonlyMap<string, unknown>,
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
  holders: ReadonlyMap<string, TenantIsolation>,
  { wanted, byName }: { wanted: ReadonlyMap<string, OwnedMetadata>; byName: NamespacesByName },
): NamespaceState {
  const holder = holders.get(name)?.metadata.name;
  if (holder !== tenant.metadata.name) return { name, state: 'EnrolledElsewhere', holder };
  const namespace = byName.get(name);
  if (namespace === undefined || isDeleting(namespace)) return { name, state: 'NamespaceMissing' };
  const metadata = wanted.get(name);
  const isEnrolled = metadata !== undefined && carries(namespace, metadata);
  return { name, state: isEnrolled ? 'Enrolled' : 'Pending', uid: namespace.metadata.uid };
}

function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function carries({ metadata }: KubeObject, { labels, annotations }: OwnedMetadata): boolean {
  const hasLabels = Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);
  return hasLabels && metadata.annotations?.[ANNOTATION.exemptions] === annotations[ANNOTATION.exemptions];
}
