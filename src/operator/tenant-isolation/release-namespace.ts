import {
  ANNOTATION,
  CERTIFICATE_AUTHORITY,
  CLUSTER_ROLE,
  LABEL,
  NETWORK_POLICY,
  RESOURCE_QUOTA,
  systemNamespaceOf,
} from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { readFeedName } from '../../policy/feed/feed-name.ts';
import { roleProxySecretName } from '../../render/tenant/role-proxy-secret.ts';
import { hasFinalizer } from '../identity/decide-identity.ts';
import { toldRole } from '../feed/feed-context.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import type { Attempts } from './attempts.ts';
import type { Release } from './plan-enrolment.ts';
import type { TenantContext } from './tenant-context.ts';
import { namespaceEvent } from './tenant-events.ts';

/** An object that was made in an enrolled namespace. */
interface Made {
  readonly resource: KubeResource;
  readonly object: KubeObject;
}

/**
 * What to do next in a namespace that is released. `Wait`: something is there that another reconciler takes away. `Delete`: objects are still there. `TakeLabel`: nothing is left but the label.
 */
export type ReleaseStep =
  | { readonly step: 'Wait'; readonly left: readonly string[] }
  | { readonly step: 'Delete'; readonly objects: readonly Made[] }
  | { readonly step: 'TakeLabel' };

/** What is there of Cloister in a namespace that is released. */
export interface ReleaseFacts {
  /** Pods and ServiceAccounts of sandboxes, and those with an identity in Vault. A ServiceAccount goes after the Secret beside it, which no cache shows. */
  readonly sandboxObjects: readonly string[];
  /** Secrets that pods of a role share, of which the feed has the record. */
  readonly sharedSecrets: readonly string[];
  readonly policies: readonly Made[];
  /** Everything but the policies. */
  readonly others: readonly Made[];
}

/** Decides the next step: what closes the network goes last, and the label by which the operator may write at the very end. */
export function planRelease({ sandboxObjects, sharedSecrets, policies, others }: ReleaseFacts): ReleaseStep {
  const left = [...sandboxObjects, ...sharedSecrets];
  if (left.length > 0) return { step: 'Wait', left };
  if (others.length > 0) return { step: 'Delete', objects: others };
  if (policies.length > 0) return { step: 'Delete', objects: policies };
  return { step: 'TakeLabel' };
}

/** Takes the next step of a release. The events of what it does lead to the one after. */
export async function releaseNamespace(
  release: Release,
  context: TenantContext,
  { attempt }: Attempts,
): Promise<void> {
  const { client, events, logger, caches } = context;
  const { namespace, resourceVersion } = release;
  const next = planRelease(gatherRelease(namespace, context));
  if (next.step === 'Wait') {
    logger.info({ namespace, left: next.left.length }, 'waiting until the sandboxes have ended');
  } else if (next.step === 'Delete') {
    const present = next.objects.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    await Promise.all(
      present.map(({ resource, object: { metadata } }) =>
        attempt(async () => {
          const name = metadata.name ?? '';
          logger.info({ kind: resource.kind, namespace, name }, 'object deleted');
          await client.delete(resource, { namespace, name }, { uid: metadata.uid });
        }),
      ),
    );
  } else {
    await attempt(async () => {
      logger.info({ namespace }, 'namespace released');
      const found = caches.namespaces.get(undefined, namespace)?.metadata ?? { name: namespace };
      const tenant = found.labels?.[LABEL.tenant] ?? '';
      const labels = { [LABEL.tenant]: null };
      const annotations = { [ANNOTATION.exemptions]: null, [ANNOTATION.annotations]: null };
      const patch = { metadata: { labels, annotations } };
      await client.patch(resources.namespaces, { name: namespace }, patch, { resourceVersion });
      events.record(namespaceEvent(found, { tenant, reason: 'Released' }));
    });
  }
}

function gatherRelease(namespace: string, { caches }: TenantContext): ReleaseFacts {
  const made = (
    resource: KubeResource,
    cache: { readonly get: (in_: string, name: string) => KubeObject | undefined },
    names: readonly string[],
  ): Made[] =>
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
