import type { Controller } from '../../controller/controller.ts';
import type { Change } from '../../kube/fold.ts';
import { objectKey } from '../../kube/kube-object.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { sandboxKey } from '../feed/feed-keys.ts';
import type { ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import type { QuarantineLookup, StoredQuarantine, StoredSandbox } from './quarantine-lookup.ts';

type Queue = Pick<Controller, 'add' | 'addAll'>;

/** What has to do with a quarantine. */
export interface QuarantineTriggers {
  readonly quarantines: Queue;
  /** Of the label of pods. */
  readonly containment: Queue;
  readonly sandboxes: Queue;
  readonly feed: Queue;
  readonly quarantineOf: QuarantineLookup;
}

/**
 * Has everything that a quarantine holds, or held, looked at when it comes or goes, and its status when something of that
 * changes. Called before the caches start.
 */
export function followQuarantines(caches: OperatorCaches, triggers: QuarantineTriggers): void {
  const { quarantines, containment, quarantineOf } = triggers;
  caches.quarantines.subscribe((change) => {
    quarantines.add(change.object.metadata.name);
    if (!isStatusAlone(change)) addHeld(change.object, caches, triggers);
  });
  const addQuarantines = (change: Change<StoredSandbox> | Change<ObservedPod>): void => {
    const before = change.type === 'Modified' ? quarantineOf.namesOf(change.previous) : [];
    for (const name of new Set([...quarantineOf.namesOf(change.object), ...before])) quarantines.add(name);
  };
  caches.pods.subscribe((change) => {
    if (change.type !== 'Deleted') containment.add(objectKey(change.object.metadata));
    addQuarantines(change);
  });
  caches.sandboxes.subscribe((change) => {
    // Another role of the sandbox may have its pod held by another quarantine.
    if (change.type !== 'Deleted') containment.add(objectKey(change.object.metadata));
    addQuarantines(change);
  });
  // A namespace may go from one tenant to another, and the default role of a tenant change.
  const addAll = (): void => {
    if (caches.quarantines.list().length === 0) return;
    quarantines.addAll();
    containment.addAll();
  };
  caches.tenants.subscribe((change) => {
    if (change.type !== 'Modified' || !isDeepEqualJson(change.previous.spec, change.object.spec)) addAll();
  });
  caches.namespaces.subscribe((change) => {
    const labels = change.type === 'Modified' ? change.previous.metadata.labels : undefined;
    if (!isDeepEqualJson(labels, change.object.metadata.labels)) addAll();
  });
}

/** The sandbox of a pod is added as well: the name of its pod is the sandbox's. */
function addHeld(
  quarantine: StoredQuarantine,
  caches: Pick<OperatorCaches, 'namespaces'>,
  { containment, sandboxes, feed, quarantineOf }: QuarantineTriggers,
): void {
  const held = quarantineOf.heldBy(quarantine);
  for (const sandbox of held.sandboxes) {
    const key = objectKey(sandbox.metadata);
    const tenant = tenantOfNamespace(caches, sandbox.metadata.namespace ?? '');
    containment.add(key);
    if (tenant !== undefined) feed.add(sandboxKey(tenant, sandbox));
    sandboxes.add(key);
  }
  for (const { metadata } of held.pods) containment.add(objectKey(metadata));
}

function isStatusAlone(change: Change<StoredQuarantine>): boolean {
  return (
    change.type === 'Modified' &&
    change.previous.metadata.uid === change.object.metadata.uid &&
    isDeepEqualJson(change.previous.spec, change.object.spec)
  );
}
