import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import { API_VERSION } from '../../api/names.ts';
import { isOwnedBy } from '../../api/ownership.ts';
import type { Work } from '../../controller/keyed-queue.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import { type KubeObject, objectKey } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { shorten } from '../../lib/shorten.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { gateVerdict } from '../agent-sandbox/gate-verdict.ts';
import { hasEnded, type ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { isContained } from './decide-containment.ts';
import type { StoredSandbox } from './quarantine-lookup.ts';

export interface OpenEgressOptions {
  readonly client: Pick<KubeClient, 'create'>;
  readonly logger: KubeLogger;
  readonly caches: Pick<OperatorCaches, 'sandboxes' | 'pods' | 'tenants' | 'quarantines'>;
  readonly tenantOf: (namespace: string) => TenantPolicy | null;
}

const MAX_REASON_CHARACTERS = 1_024;

/** Has sandboxes looked at whose status or tenant has changed. Called before the caches start. */
export function followOpenEgress(
  { sandboxes, tenants }: Pick<OperatorCaches, 'sandboxes' | 'tenants'>,
  controller: { readonly add: (key: string) => void; readonly addAll: () => void },
): void {
  sandboxes.subscribe(({ type, object }) => {
    if (type !== 'Deleted' && openOf(object) !== undefined) controller.add(objectKey(object.metadata));
  });
  tenants.subscribe((change) => {
    const before = change.type === 'Modified' ? change.previous.spec.onEgressOpen : undefined;
    if (change.object.spec.onEgressOpen !== before) controller.addAll();
  });
}

/** The keys of the sandboxes whose network is open. */
export function knownOpen({ sandboxes }: Pick<OperatorCaches, 'sandboxes'>): readonly string[] {
  return sandboxes
    .list()
    .filter((sandbox) => openOf(sandbox) !== undefined)
    .map(({ metadata }) => objectKey(metadata));
}

/**
 * Returns the reconciler that quarantines a sandbox whose network is found open, where its tenant asks for it. The quarantine
 * has the name of the pod that was found open, so one pod never leads to two; after a release the next pod may.
 */
export function createOpenEgressReconciler({ client, logger, caches, tenantOf }: OpenEgressOptions): Work {
  return async (key, signal) => {
    const [namespace = '', name = ''] = key.split('/');
    const sandbox = caches.sandboxes.get(namespace, name);
    const tenant = tenantOf(namespace);
    if (sandbox === undefined || tenant === null) return {};
    if (caches.tenants.get(undefined, tenant.name)?.spec.onEgressOpen !== 'Quarantine') return {};
    const quarantine = quarantineForOpenEgress(sandbox, caches.pods.get(namespace, name));
    if (quarantine === null) return {};
    if (caches.quarantines.get(undefined, quarantine.metadata.name) !== undefined) return {};
    try {
      await client.create<KubeObject>(resources.agentQuarantines, quarantine, { signal });
      const fields = { namespace, name, quarantine: quarantine.metadata.name };
      logger.warn(fields, 'sandbox quarantined: its network is open');
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
    }
    return {};
  };
}

/** Returns the quarantine of a sandbox whose pod, as it is now, is open; null where it is not, or is contained already. */
export function quarantineForOpenEgress(
  sandbox: StoredSandbox,
  pod: ObservedPod | undefined,
): AgentQuarantine | null {
  const open = openOf(sandbox);
  const { uid, namespace = '', name } = sandbox.metadata;
  if (open === undefined || pod === undefined || !isOwnedBy(pod, uid)) return null;
  // What the gate of an earlier pod found is said until another has reported.
  const isOfThisPod = open.reason === 'FoundOpen' ? gateVerdict(pod).state === 'FoundOpen' : !hasEnded(pod);
  if (!isOfThisPod || isContained(pod) || pod.metadata.deletionTimestamp !== undefined) return null;
  const reason = `The network of its pod is open (${open.reason}): ${open.message}`;
  return {
    apiVersion: API_VERSION,
    kind: 'AgentQuarantine',
    metadata: { name: `egress-${pod.metadata.uid}` },
    spec: { target: { type: 'Sandbox', namespace, name }, reason: shorten(reason, MAX_REASON_CHARACTERS) },
  };
}

function openOf({ status }: StoredSandbox) {
  return status?.conditions?.find(({ type, status: is }) => type === 'EgressClosed' && is === 'False');
}
