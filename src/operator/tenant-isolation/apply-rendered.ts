import { applyWanted, type ApplyOutcome } from '../../controller/apply-wanted.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import type { RenderedObject } from '../../render/tenant/rendered-object.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { Attempts } from './attempts.ts';
import type { TenantContext } from './tenant-context.ts';

interface RenderedKind {
  readonly resource: KubeResource;
  readonly cache: (caches: OperatorCaches) => {
    readonly get: (namespace: string | undefined, name: string) => KubeObject | undefined;
  };
  readonly exact?: readonly string[];
}

const KINDS: Readonly<Record<string, RenderedKind>> = {
  ConfigMap: {
    resource: resources.configMaps,
    cache: ({ configMaps }) => configMaps,
    // What is not told any more must not stay.
    exact: ['data'],
  },
  Namespace: { resource: resources.namespaces, cache: ({ namespaces }) => namespaces },
  NetworkPolicy: {
    resource: resources.networkPolicies,
    cache: ({ networkPolicies }) => networkPolicies,
    // One member more in a rule may open what is closed.
    exact: ['spec'],
  },
  PodDisruptionBudget: {
    resource: resources.podDisruptionBudgets,
    cache: ({ podDisruptionBudgets }) => podDisruptionBudgets,
  },
  ResourceQuota: { resource: resources.resourceQuotas, cache: ({ resourceQuotas }) => resourceQuotas },
  Role: { resource: resources.roles, cache: ({ gatewayRoles }) => gatewayRoles },
  RoleBinding: { resource: resources.roleBindings, cache: ({ roleBindings }) => roleBindings },
  Service: { resource: resources.services, cache: ({ services }) => services },
  ServiceAccount: { resource: resources.serviceAccounts, cache: ({ serviceAccounts }) => serviceAccounts },
  StatefulSet: { resource: resources.statefulSets, cache: ({ statefulSets }) => statefulSets },
};

/** What became of a rendered object; `Failed` is reported by the attempts too. */
export type RenderedOutcome = ApplyOutcome | 'Failed';

export type ApplyRendered = (rendered: RenderedObject) => Promise<RenderedOutcome>;

/** Returns a function that writes a rendered object where the API server has it otherwise. It does not throw. */
export function createApplyRendered(
  { client, caches, logger }: Pick<TenantContext, 'client' | 'caches' | 'logger'>,
  attempts: Attempts,
  signal: AbortSignal,
): ApplyRendered {
  return async (rendered) => {
    const { apiVersion: _version, kind, ...fields } = rendered;
    const known = KINDS[kind];
    if (known === undefined) throw new TypeError(`a ${kind} cannot be applied`);
    const { resource, exact } = known;
    const object = fields as unknown as KubeObject;
    const { namespace, name } = rendered.metadata;
    const cached = known.cache(caches).get(namespace, name);
    const outcome = await attempts.attempt(async () =>
      applyWanted({ resource, object, ...(exact === undefined ? {} : { exact }) }, cached, {
        client,
        signal,
      }),
    );
    if (outcome === 'Written') logger.info({ kind, namespace, name }, 'object applied');
    return outcome ?? 'Failed';
  };
}

/** `ConfigMap acme/cloister-ca`, as messages name an object. */
export function nameOf({ kind, metadata: { namespace, name } }: RenderedObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
