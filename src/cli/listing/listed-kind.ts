import type { Condition } from '../../api/shape/conditions.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { isRecord } from '../../lib/is-record.ts';

/** An object of a Cloister kind, as far as a table shows it. What an older version has stored may lack any field. */
export interface ListedObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: readonly Condition[] };
}

interface Column {
  readonly title: string;
  readonly value: (object: ListedObject) => string;
}

/** How the objects of a kind are listed. */
export interface ListedKind {
  readonly resource: KubeResource;
  /** The condition that says whether the object is as it must be. */
  readonly condition: string;
  /** Between the condition and the age. */
  readonly columns: readonly Column[];
  /** Only with `-o wide`. */
  readonly wideColumns: readonly Column[];
}

/** By the name that the command line has for them. */
export const LISTED_KINDS = {
  sandboxes: {
    resource: resources.agentSandboxes,
    condition: 'Ready',
    columns: [
      {
        title: 'ROLE',
        value: (object) => textAt(object, 'status.resolvedRole.name') || textAt(object, 'spec.roleRef.name'),
      },
      { title: 'POD', value: (object) => textAt(object, 'status.pod.name') },
    ],
    wideColumns: [
      { title: 'RESTARTS', value: (object) => textAt(object, 'status.restarts.count') || '0' },
      { title: 'IMAGE', value: (object) => textAt(object, 'spec.image') },
    ],
  },
  tenants: {
    resource: resources.tenantIsolations,
    condition: 'Ready',
    columns: [
      {
        title: 'NAMESPACES',
        value: (object) =>
          `${listAt(object, 'status.namespaces').length}/${listAt(object, 'spec.namespaces').length}`,
      },
      { title: 'GATEWAY', value: (object) => listAt(object, 'status.gateway.clusterIPs').join(',') },
    ],
    wideColumns: [{ title: 'ROLES', value: (object) => listAt(object, 'spec.roles.allowed').join(',') }],
  },
  quarantines: {
    resource: resources.agentQuarantines,
    condition: 'Contained',
    columns: [
      {
        title: 'TARGET',
        value: (object) =>
          ['type', 'namespace', 'name']
            .map((field) => textAt(object, `spec.target.${field}`))
            .filter((text) => text !== '')
            .join('/'),
      },
      { title: 'DONE', value: (object) => textAt(object, 'status.contained') },
      { title: 'PENDING', value: (object) => textAt(object, 'status.pending') },
      { title: 'SECONDS', value: (object) => textAt(object, 'status.secondsToContain') },
    ],
    wideColumns: [{ title: 'REASON', value: (object) => textAt(object, 'spec.reason') }],
  },
  roles: {
    resource: resources.agentRoles,
    condition: 'Accepted',
    columns: [{ title: 'TOOLS', value: (object) => String(listAt(object, 'spec.tools').length) }],
    wideColumns: [{ title: 'DESCRIPTION', value: (object) => textAt(object, 'spec.description') }],
  },
} as const satisfies Readonly<Record<string, ListedKind>>;

export type ListedName = keyof typeof LISTED_KINDS;

function textAt(object: ListedObject, path: string): string {
  const value = valueAt(object, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listAt(object: ListedObject, path: string): readonly unknown[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value : [];
}

function valueAt(object: ListedObject, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), object);
}
