import type { Condition } from '../../api/shape/conditions.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';

/** An object of a Cloister kind, as far as a table shows it. What an older version has stored may lack any field. */
export interface ListedObject extends KubeObject {
  readonly spec?: Readonly<Record<string, any>>;
  readonly status?: Readonly<Record<string, any>> & { readonly conditions?: readonly Condition[] };
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
        value: ({ spec, status }) => status?.['resolvedRole']?.name ?? spec?.['roleRef']?.name,
      },
      { title: 'POD', value: ({ status }) => status?.['pod']?.name },
    ],
    wideColumns: [
      { title: 'RESTARTS', value: ({ status }) => String(status?.['restarts']?.count ?? 0) },
      { title: 'IMAGE', value: ({ spec }) => spec?.['image'] },
    ],
  },
  tenants: {
    resource: resources.tenantIsolations,
    condition: 'Ready',
    columns: [
      {
        title: 'NAMESPACES',
        value: ({ spec, status }) =>
          `${status?.['namespaces']?.length ?? 0}/${spec?.['namespaces']?.length ?? 0}`,
      },
      { title: 'GATEWAY', value: ({ status }) => status?.['gateway']?.clusterIPs?.join(',') },
    ],
    wideColumns: [{ title: 'ROLES', value: ({ spec }) => spec?.['roles']?.allowed?.join(',') }],
  },
  roles: {
    resource: resources.agentRoles,
    condition: 'Accepted',
    columns: [{ title: 'TOOLS', value: ({ spec }) => String(spec?.['tools']?.length ?? 0) }],
    wideColumns: [{ title: 'DESCRIPTION', value: ({ spec }) => spec?.['description'] }],
  },
} as const satisfies Readonly<Record<string, ListedKind>>;

export type ListedName = keyof typeof LISTED_KINDS;
