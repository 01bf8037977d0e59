import {
  CERTIFICATE_AUTHORITY,
  CLUSTER_ROLE,
  LABEL,
  MANAGED_BY,
  NETWORK_POLICY,
  RESOURCE_QUOTA,
  systemNamespaceOf,
} from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { readFeedName } from '../../policy/feed/feed-name.ts';
import { roleProxySecretName } from '../../render/tenant/role-proxy-secret.ts';
import { toldRole } from '../feed/feed-context.ts';
import { hasFinalizer } from '../identity/decide-identity.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import type { TenantContext } from './tenant-context.ts';

/** An object that was made in an enrolled namespace. */
export interface MadeObject {
  readonly resource: KubeResource;
  readonly object: KubeObject;
}

/** What is there of Cloister in a namespace. */
export interface LeftObjects {
  /** Pods and ServiceAccounts of sandboxes, and those with an identity in Vault. A ServiceAccount goes after the Secret beside it, which no cache shows. */
  readonly sandboxObjects: readonly string[];
  /** Secrets that pods of a role share, of which the feed has the record. */
  readonly sharedSecrets: readonly string[];
  readonly policies: readonly MadeObject[];
  /** Everything but the policies. */
  readonly others: readonly MadeObject[];
}

/** What the caches show. */
export function findLeft(namespace: string, caches: TenantContext['caches']): LeftObjects {
  const made = (
    resource: KubeResource,
    cache: { readonly get: (in_: string, name: string) => KubeObject | undefined },
    names: readonly string[],
  ): MadeObject[] =>
    names.flatMap((name) => {
      const object = cache.get(namespace, name);
      return object === undefined || !isManaged(object) ? [] : [{ resource, object }];
    });
  const ofSandboxes = (cache: { readonly list: (in_: string) => readonly KubeObject[] }): string[] =>
    cache
      .list(namespace)
      .filter(({ metadata }) => metadata.labels?.[LABEL.sandbox] !== undefined)
      .map(({ metadata }) => metadata.name ?? '');
  return {
    sandboxObjects: [
      ...ofSandboxes(caches.pods),
      ...ofSandboxes(caches.serviceAccounts),
      // Without the label nobody may take their identities in Vault away.
      ...caches.sandboxes
        .list(namespace)
        .filter(hasFinalizer)
        .map(({ metadata }) => metadata.name),
    ],
    sharedSecrets: sharedSecretsIn(namespace, caches),
    policies: made(resources.networkPolicies, caches.networkPolicies, Object.values(NETWORK_POLICY)),
    others: [
      ...made(resources.configMaps, caches.configMaps, [CERTIFICATE_AUTHORITY.configMap]),
      ...made(resources.resourceQuotas, caches.resourceQuotas, [RESOURCE_QUOTA]),
      ...made(resources.roleBindings, caches.roleBindings, Object.values(CLUSTER_ROLE)),
    ],
  };
}

/** A role's record names a namespace from before its Secret is created until that is deleted. */
function sharedSecretsIn(namespace: string, caches: TenantContext['caches']): readonly string[] {
  const tenant = tenantOfNamespace(caches, namespace);
  if (tenant === undefined) return [];
  return caches.configMaps.list(systemNamespaceOf(tenant)).flatMap(({ metadata: { name = '' } }) => {
    const subject = readFeedName(name);
    if (subject?.kind !== 'Role') return [];
    const told = toldRole(caches, tenant, subject.role)?.sharedSecrets ?? [];
    return told
      .filter((secret) => secret.namespace === namespace)
      .map(() => roleProxySecretName(subject.role));
  });
}

/** The same as the API server has it, but for shared Secrets, which nobody may list. */
export async function readLeft(namespace: string, client: Pick<KubeClient, 'list'>): Promise<LeftObjects> {
  const list = async (resource: KubeResource, labelSelector?: string): Promise<readonly MadeObject[]> => {
    const selection = {
      namespace,
      metadataOnly: true,
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
    const { items } = await client.list<KubeObject>(resource, selection);
    return items.map((object) => ({ resource, object }));
  };
  const managed = (resource: KubeResource): Promise<readonly MadeObject[]> =>
    list(resource, `${MANAGED_BY.label}=${MANAGED_BY.value}`);
  const [pods, accounts, sandboxes, policies, ...others] = await Promise.all([
    list(resources.pods, LABEL.sandbox),
    list(resources.serviceAccounts, LABEL.sandbox),
    list(resources.agentSandboxes),
    managed(resources.networkPolicies),
    managed(resources.configMaps),
    managed(resources.resourceQuotas),
    managed(resources.roleBindings),
  ]);
  const held = sandboxes.filter(({ object }) => hasFinalizer(object as Parameters<typeof hasFinalizer>[0]));
  return {
    sandboxObjects: [...pods, ...accounts, ...held].map(({ object }) => object.metadata.name ?? ''),
    sharedSecrets: [],
    policies,
    others: others.flat(),
  };
}
