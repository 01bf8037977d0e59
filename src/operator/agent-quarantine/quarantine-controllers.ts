import { type ControllerSlot, createControllerSlot } from '../../controller/controller-slot.ts';
import type { ControllerOptions } from '../../controller/controller.ts';
import {
  type ContainmentOptions,
  createContainmentReconciler,
  knownContainable,
} from './reconcile-containment.ts';
import { createOpenEgressReconciler, knownOpen, type OpenEgressOptions } from './quarantine-open-egress.ts';
import type { QuarantineLookup } from './quarantine-lookup.ts';
import { createQuarantineReconciler, type QuarantineReconcilerOptions } from './reconcile-quarantine.ts';

/** Where each controller of this folder is found. */
export interface QuarantineSlots {
  /** Of the status of quarantines. */
  readonly quarantines: ControllerSlot;
  /** Of the label of pods. */
  readonly containment: ControllerSlot;
  /** Of sandboxes whose network is open. */
  readonly openEgress: ControllerSlot;
}

type QuarantineControllerOptions = QuarantineReconcilerOptions &
  ContainmentOptions &
  OpenEgressOptions & { readonly quarantineOf: QuarantineLookup };

interface QuarantineController extends Pick<
  ControllerOptions,
  'name' | 'reconcile' | 'knownKeys' | 'isUrgent' | 'workers'
> {
  readonly slot: keyof QuarantineSlots;
}

export function createQuarantineSlots(): QuarantineSlots {
  return {
    quarantines: createControllerSlot(),
    containment: createControllerSlot(),
    openEgress: createControllerSlot(),
  };
}

/** What is contained waits for no other controller: each has workers of its own. */
export function quarantineControllers(options: QuarantineControllerOptions): readonly QuarantineController[] {
  const { caches, quarantineOf } = options;
  return [
    {
      slot: 'containment',
      name: 'Containment',
      reconcile: createContainmentReconciler(options),
      knownKeys: () => knownContainable(caches),
      isUrgent: (key) => {
        const [namespace = '', name = ''] = key.split('/');
        const pod = caches.pods.get(namespace, name);
        return pod !== undefined && quarantineOf.ofPod(pod) !== null;
      },
      workers: 8,
    },
    {
      slot: 'quarantines',
      name: 'AgentQuarantine',
      reconcile: createQuarantineReconciler(options),
      knownKeys: () => caches.quarantines.list().map(({ metadata }) => metadata.name),
      workers: 1,
    },
    {
      slot: 'openEgress',
      name: 'OpenEgress',
      reconcile: createOpenEgressReconciler(options),
      knownKeys: () => knownOpen(caches),
      workers: 1,
    },
  ];
}
