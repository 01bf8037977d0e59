import { ANNOTATION, LABEL } from '../../api/names.ts';
import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { compileRole } from '../../policy/roles/compile-role.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import { indexTenants } from '../../policy/tenants/tenant-index.ts';
import { enrolmentAnnotations } from '../../render/enrolment-annotations.ts';
import { enrolmentLabels } from '../../render/enrolment-labels.ts';
import { enrolmentReport, type NamespaceState } from './enrolment-report.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** The world as one reconciliation sees it. */
export interface EnrolmentWorld {
  readonly tenants: readonly TenantIsolation[];
  readonly roles: readonly AgentRole[];
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

/** A namespace to take the tenant label and the exemptions from. Its Pod Security labels stay until a person removes them. */
export interface Release {
  readonly namespace: string;
  readonly resourceVersion: string;
}

/** The namespaces to write, and what enrolment says about each tenant, by name. Nothing that is right already is written. */
export interface EnrolmentPlan {
  readonly enrolments: readonly Enrolment[];
  /** The label comes off last, after what was made in the namespace. */
  readonly releases: readonly Release[];
  /** By listed namespace, the tenant that holds it. */
  readonly holders: ReadonlyMap<string, string>;
  readonly reports: ReadonlyMap<string, TenantStatusPart>;
}

/**
 * Decides which namespaces are enrolled for which tenant. A namespace that carries the label and that no tenant lists
 * any more is released.
 */
export function planEnrolment(world: EnrolmentWorld): EnrolmentPlan {
  const { tenants, namespaces } = world;
  const byName = new Map(namespaces.map((namespace) => [namespace.metadata.name ?? '', namespace]));
  const wanted = wantedMetadata(world);
  const reports = tenants.map(({ metadata, spec }): [string, TenantStatusPart] => {
    const states = spec.namespaces.map(({ name }) => stateOf(name, metadata.name, { wanted, byName }));
    return [metadata.name, enrolmentReport(states)];
  });
  return {
    enrolments: enrol(wanted, byName),
    releases: release(wanted, namespaces),
    holders: new Map([...wanted].map(([name, { holder }]) => [name, holder])),
    reports: new Map(reports),
  };
}

type WantedMetadata = ReadonlyMap<string, OwnedMetadata & { readonly holder: string }>;

/** By namespace, the tenant that holds it and the metadata that it must have. */
function wantedMetadata({ tenants, roles, now }: EnrolmentWorld): WantedMetadata {
  const policies = tenants.map(compileTenant);
  const index = indexTenants(policies);
  const rolePolicies = new Map(roles.map((role) => [role.metadata.name, compileRole(role)]));
  const names = new Set(policies.flatMap(({ namespaces }) => [...namespaces]));
  const entries = [...names].flatMap((name) => {
    const tenant = index.holderOf(name);
    if (tenant === null) return [];
    const annotations = enrolmentAnnotations(tenant, name, { roles: rolePolicies, now });
    return [[name, { holder: tenant.name, labels: enrolmentLabels(tenant.name), annotations }] as const];
  });
  return new Map(entries);
}

function enrol(wanted: WantedMetadata, byName: NamespacesByName): readonly Enrolment[] {
  return [...wanted].flatMap(([name, { labels, annotations }]) => {
    const namespace = byName.get(name);
    if (namespace === undefined || isDeleting(namespace) || carries(namespace, { labels, annotations })) {
      return [];
    }
    return [{ namespace: name, uid: namespace.metadata.uid, labels, annotations }];
  });
}

function release(wanted: WantedMetadata, namespaces: readonly KubeObject[]): readonly Release[] {
  return namespaces
    .map(({ metadata }) => metadata)
    .filter(({ name, labels }) => labels?.[LABEL.tenant] !== undefined && !wanted.has(name ?? ''))
    .map(({ name, resourceVersion }) => ({ namespace: name ?? '', resourceVersion: resourceVersion ?? '' }));
}

function stateOf(
  name: string,
  tenant: string,
  { wanted, byName }: { wanted: WantedMetadata; byName: NamespacesByName },
): NamespaceState {
  const metadata = wanted.get(name);
  if (metadata?.holder !== tenant) return { name, state: 'EnrolledElsewhere', holder: metadata?.holder };
  const namespace = byName.get(name);
  if (namespace === undefined || isDeleting(namespace)) return { name, state: 'NamespaceMissing' };
  const state = carries(namespace, metadata) ? 'Enrolled' : 'Pending';
  return { name, state, uid: namespace.metadata.uid };
}

function isDeleting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function carries({ metadata }: KubeObject, { labels, annotations }: OwnedMetadata): boolean {
  const hasLabels = Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);
  const owned = [ANNOTATION.exemptions, ANNOTATION.annotations];
  return hasLabels && owned.every((name) => metadata.annotations?.[name] === annotations[name]);
}
