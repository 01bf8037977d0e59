import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { LABEL } from '../../api/names.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { findQuarantine, holds, type QuarantineFacts } from '../../policy/quarantine/find-quarantine.ts';
import {
  factsOfPod,
  factsOfSandbox,
  type NamespaceOwners,
} from '../../policy/quarantine/quarantine-facts.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import type { ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';

export type StoredQuarantine = AgentQuarantine & KubeObject;
export type StoredSandbox = AgentSandbox & KubeObject;

/** What a quarantine holds: sandboxes, and governed pods that belong to none. */
export interface HeldObjects {
  readonly sandboxes: readonly StoredSandbox[];
  readonly pods: readonly ObservedPod[];
}

/** Which quarantine holds what, as the caches have it now. */
export interface QuarantineLookup {
  readonly ofSandbox: (sandbox: AgentSandbox) => StoredQuarantine | null;
  /** That of its sandbox, where the pod has one. */
  readonly ofPod: (pod: ObservedPod) => StoredQuarantine | null;
  readonly heldBy: (quarantine: AgentQuarantine) => HeldObjects;
  /** All that hold a sandbox or a pod. */
  readonly namesOf: (object: StoredSandbox | ObservedPod) => readonly string[];
}

type Caches = Pick<OperatorCaches, 'quarantines' | 'sandboxes' | 'pods' | 'namespaces'>;

/** Creates the lookup. It holds nothing of its own. */
export function createQuarantineLookup(
  { quarantines, sandboxes, pods, namespaces }: Caches,
  tenantOf: (namespace: string) => TenantPolicy | null,
): QuarantineLookup {
  const ownersOf = (namespace = ''): NamespaceOwners => ({
    lister: tenantOf(namespace),
    enrolledFor: tenantOfNamespace({ namespaces }, namespace),
  });
  const ofSandbox = (sandbox: AgentSandbox): QuarantineFacts => {
    const { namespace, name } = sandbox.metadata;
    return factsOfSandbox(sandbox, ownersOf(namespace), pods.get(namespace, name));
  };
  const sandboxOf = ({ metadata: { namespace, labels } }: ObservedPod): StoredSandbox | undefined => {
    const name = labels?.[LABEL.sandbox];
    return name === undefined ? undefined : sandboxes.get(namespace, name);
  };
  const ofPod = (pod: ObservedPod): QuarantineFacts => {
    const owners = ownersOf(pod.metadata.namespace);
    const sandbox = sandboxOf(pod);
    return sandbox === undefined ? factsOfPod(pod, owners) : factsOfSandbox(sandbox, owners, pod);
  };
  const find = (facts: () => QuarantineFacts): StoredQuarantine | null => {
    const all = quarantines.list();
    return all.length === 0 ? null : findQuarantine(facts(), all);
  };
  return {
    ofSandbox: (sandbox) => find(() => ofSandbox(sandbox)),
    ofPod: (pod) => find(() => ofPod(pod)),
    heldBy: ({ spec: { target } }) => {
      const where = target.type === 'Namespace' ? target.name : target.namespace;
      return {
        sandboxes: sandboxes.list(where).filter((sandbox) => holds(target, ofSandbox(sandbox))),
        pods: pods.list(where).filter((pod) => sandboxOf(pod) === undefined && holds(target, ofPod(pod))),
      };
    },
    namesOf: (object) => {
      const all = quarantines.list();
      if (all.length === 0) return [];
      const facts = isSandbox(object) ? ofSandbox(object) : ofPod(object);
      return all.filter(({ spec }) => holds(spec.target, facts)).map(({ metadata }) => metadata.name);
    },
  };
}

export function isSandbox(object: StoredSandbox | ObservedPod): object is StoredSandbox {
  return (object as Partial<StoredSandbox>).spec?.image !== undefined;
}
