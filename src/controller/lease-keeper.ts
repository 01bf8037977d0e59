import { findObject } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { ObjectName } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';
import type { CallLimits } from '../kube/transport.ts';
import type { Clock } from '../lib/clock.ts';
import { isDeepEqualJson } from '../lib/is-deep-equal-json.ts';
import type { LeaseTimes, LeaseView } from './decide-lease.ts';
import { bereavedSpec, heldSpec, type Lease, type LeaseSpec, releasedSpec } from './lease-object.ts';

export interface LeaseKeeperOptions {
  readonly client: KubeClient;
  readonly lease: Required<ObjectName>;
  /** Of this process alone: two that share it would both believe that they hold the lease. */
  readonly identity: string;
  readonly clock: Clock;
  readonly times: LeaseTimes;
  readonly logger: KubeLogger;
}

/** Reads and writes one lease. A request that fails is logged, and nothing is known of it but that. */
export interface LeaseKeeper {
  readonly view: () => Omit<LeaseView, 'isStopping'>;
  readonly read: (signal?: AbortSignal) => Promise<void>;
  /** Creates, acquires or renews the lease under the version that was seen: of two candidates, the second is refused. */
  readonly hold: () => Promise<void>;
  readonly release: () => Promise<void>;
}

export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { client, lease: name, identity, clock, times } = options;
  // Never repeated by the client: when a request was sent is what the lease is counted from.
  const limits: CallLimits = { deadlineMilliseconds: times.requestMilliseconds, maxAttempts: 1 };
  const attempts = createAttempts(options);
  let live: Lease | null = null;
  let known: Pick<LeaseView, 'spec' | 'seenAt' | 'renewedAt'> = {
    spec: undefined,
    seenAt: clock.now(),
    renewedAt: null,
  };

  const observe = (lease: Lease | null, renewedAt = known.renewedAt): void => {
    live = lease;
    const spec = lease === null ? null : (lease.spec ?? {});
    const isOurs = spec?.holderIdentity === identity;
    const isKnown = known.spec !== undefined && isDeepEqualJson(known.spec, spec);
    known = { spec, seenAt: isKnown ? known.seenAt : clock.now(), renewedAt: isOurs ? renewedAt : null };
  };
  const read = (signal?: AbortSignal): Promise<void> => {
    const act = async (): Promise<void> =>
      observe(await findObject<Lease>(client, resources.leases, name, { ...limits, signal }));
    return attempts.run('read', act, signal);
  };
  const write = async (spec: LeaseSpec, sentAt: number): Promise<void> => {
    const object: Lease = { ...(live ?? { metadata: { ...name } }), spec };
    const written = await (live === null
      ? client.create(resources.leases, object, limits)
      : client.replace(resources.leases, object, limits));
    observe(written, sentAt);
  };
  const hold = async (): Promise<void> => {
    const now = clock.now();
    const { leaseMilliseconds } = times;
    try {
      if (live === null) await write(bereavedSpec({ leaseMilliseconds, now }), now);
      else await write(heldSpec(live.spec, { identity, leaseMilliseconds, now }), now);
    } catch (error) {
      if (!isKubeError(error, 'Conflict', 'AlreadyExists', 'NotFound')) throw error;
      await read();
    }
  };
  const release = (): Promise<void> => write(releasedSpec(live?.spec, clock.now()), clock.now());

  return {
    view: () => ({ identity, ...known, retryAt: attempts.retryAt() }),
    read,
    hold: () => attempts.run('renewed', hold),
    release: () => attempts.run('released', release),
  };
}

/** Logs what fails, and says when the next request may be sent. */
function createAttempts({ lease, clock, times, logger }: LeaseKeeperOptions) {
  let retryAt = clock.now();
  return {
    retryAt: (): number => retryAt,
    run: async (what: string, act: () => Promise<void>, signal?: AbortSignal): Promise<void> => {
      try {
        await act();
      } catch (error) {
        if (signal?.aborted === true) return;
        retryAt = clock.now() + times.retryMilliseconds;
        logger.warn(
          { err: error, lease: `${lease.namespace}/${lease.name}` },
          `the lease could not be ${what}`,
        );
      }
    },
  };
}
