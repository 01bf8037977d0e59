import type { KubeClient } from '../../src/kube/kube-client.ts';
import { KubeError, type KubeErrorReason } from '../../src/kube/kube-error.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import type { KubeResource } from '../../src/kube/kube-resource.ts';
import type { CallLimits } from '../../src/kube/transport.ts';
import type { SimulatedComputer, SimulatedWorld } from './simulated-world.ts';

/** What the network does to messages. A packet is on the wire for less than the margin, or never arrives. */
export interface NetworkPlan {
  readonly maxWireMilliseconds: number;
  /** How many of the requests, and of the answers, are lost: in [0, 1). */
  readonly loss: number;
  /** When the network begins to lose nothing. */
  readonly healsAt: number;
}

/** An API server with one Lease, and a place for any other object. */
export interface SimulatedApiServer {
  /** A client on a computer. */
  readonly clientOn: (computer: SimulatedComputer) => KubeClient;
  readonly deleteLease: () => void;
  readonly lease: () => KubeObject | null;
  /** Every object that is not a Lease, with the true time at which it was stored. */
  readonly stored: { readonly object: KubeObject; readonly time: number }[];
  /** How many requests were answered. */
  readonly requests: () => number;
}

const REFUSALS: Partial<Record<KubeErrorReason, number>> = {
  NotFound: 404,
  Conflict: 409,
  AlreadyExists: 409,
};

export function createApiServer(
  world: SimulatedWorld,
  { maxWireMilliseconds, loss, healsAt }: NetworkPlan,
): SimulatedApiServer {
  let lease: KubeObject | null = null;
  let version = 1;
  let requests = 0;
  const stored: SimulatedApiServer['stored'] = [];

  const refuse = (reason: KubeErrorReason): never => {
    throw new KubeError(reason, { reason, status: REFUSALS[reason] ?? 500 });
  };
  const store = (object: KubeObject): KubeObject => {
    version += 1;
    lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    return lease;
  };
  const handlers = {
    get: () => lease ?? refuse('NotFound'),
    create: (object: KubeObject) => (lease === null ? store(object) : refuse('AlreadyExists')),
    replace: (object: KubeObject) => {
      if (lease === null) return refuse('NotFound');
      const isCurrent = object.metadata.resourceVersion === lease.metadata.resourceVersion;
      return isCurrent ? store(object) : refuse('Conflict');
    },
    other: (object: KubeObject) => {
      stored.push({ object, time: world.now() });
      return object;
    },
  };
  const isLost = (): boolean => world.now() < healsAt && world.random() < loss;
  const wire = (): number => world.random() * maxWireMilliseconds;

  /** A request waits in its computer while that is cut off, and is thrown away there when it is given up. */
  const call = (
    computer: SimulatedComputer,
    handle: () => KubeObject,
    { signal, beforeAttempt, deadlineMilliseconds = 30_000 }: CallLimits = {},
  ): Promise<KubeObject> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      let isGivenUp = false;
      const giveUp = (error: unknown): void => {
        isGivenUp = true;
        reject(error);
      };
      signal?.addEventListener('abort', () => giveUp(signal.reason), { once: true });
      void computer.clock
        .sleep(deadlineMilliseconds)
        .then(() => giveUp(new KubeError('no answer', { reason: 'Timeout' })));
      try {
        beforeAttempt?.();
      } catch (error) {
        return reject(error);
      }
      const answer = (settle: () => void): void => {
        if (isLost()) return;
        world.at(computer.connectedAt(world.now() + wire()), () => computer.wakeAt(world.now(), settle));
      };
      const arrive = (): void => {
        if (isLost()) return;
        requests += 1;
        try {
          const object = structuredClone(handle());
          answer(() => resolve(object));
        } catch (error) {
          answer(() => reject(error));
        }
      };
      const leave = computer.connectedAt(world.now());
      return world.at(leave, () => {
        if (!isGivenUp && !computer.isDead()) world.at(world.now() + wire(), arrive);
      });
    });

  return {
    stored,
    lease: () => lease,
    deleteLease: () => (lease = null),
    requests: () => requests,
    clientOn: (computer) => {
      const write =
        (verb: 'create' | 'replace') =>
        ({ kind }: KubeResource, object: KubeObject, limits?: CallLimits) =>
          call(computer, () => handlers[kind === 'Lease' ? verb : 'other'](structuredClone(object)), limits);
      return {
        get: (_resource: KubeResource, _name: unknown, limits?: CallLimits) =>
          call(computer, handlers.get, limits),
        create: write('create'),
        replace: write('replace'),
      } as unknown as KubeClient;
    },
  };
}
