import type { CachePart } from '../../cluster/cache-set.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isStatusAlone } from '../../kube/fold.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { createWatchCache, type WatchCache } from '../../kube/watch-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import type { PolicyPod } from '../../policy/network-policies/network-policy.ts';
import { mayConcern, type OtherPolicy } from '../../policy/network-policies/other-policies.ts';
import { OTHER_POLICY_KINDS, type OtherPolicyKind } from './kinds.ts';

/** The objects of other policy APIs, as far as their kinds are installed. */
export interface OtherPolicies extends CachePart {
  /** Those that may let a pod out; and each kind that could not be read. */
  readonly concerning: (pod: PolicyPod) => readonly OtherPolicy[];
  /** Calls `subscriber` after a change, with the namespace that it is about; undefined for all. Called before the start. */
  readonly subscribe: (subscriber: (namespace: string | undefined) => void) => void;
}

/** The API server that is asked, the log, and the clock. */
export interface OtherPoliciesOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
}

/** How often it is looked whether a kind was installed or removed. */
const LOOK_INTERVAL_MILLISECONDS = 60_000;
/** The same, while a kind could not be read for a reason that may pass. Until then no sandbox is known to be closed. */
const RETRY_INTERVAL_MILLISECONDS = 2_000;

/** What a kind is waited for that is served and whose objects do not come: the others must not wait for it. */
const MAX_LIST_MILLISECONDS = 30_000;

/** The value of the index for objects at cluster scope. */
const CLUSTER = '';

type State =
  | { readonly state: 'NotServed' }
  /** Why is said in the log. */
  | { readonly state: 'Unread'; readonly problem: string; readonly mayPass: boolean }
  | { readonly state: 'Followed'; readonly cache: WatchCache<KubeObject>; readonly resource: KubeResource };

/**
 * Follows the kinds of other policy APIs that are installed; nothing happens before `start`. A kind is asked for with the
 * list that its watch begins with, so that no right beyond it is needed.
 */
export function createOtherPolicies(options: OtherPoliciesOptions): OtherPolicies {
  const { clock } = options;
  const subscribers: ((namespace: string | undefined) => void)[] = [];
  const notify = (namespace: string | undefined): void => {
    subscribers.forEach((subscriber) => subscriber(namespace));
  };
  const states = new Map<OtherPolicyKind, State>();
  const stopping = new AbortController();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  let running: Promise<void> | undefined;
  let isSynced = false;

  const look = async (kind: OtherPolicyKind): Promise<void> => {
    const before = states.get(kind);
    const now = await lookAt(kind, before, { ...options, notify, signal: stopping.signal });
    states.set(kind, now);
    if (isSynced && before?.state !== now.state) notify(undefined);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await Promise.all(OTHER_POLICY_KINDS.map(look));
      isSynced = true;
      ready.resolve();
      const isPassing = [...states.values()].some((one) => one.state === 'Unread' && one.mayPass);
      const interval = isPassing ? RETRY_INTERVAL_MILLISECONDS : LOOK_INTERVAL_MILLISECONDS;
      await clock.sleep(interval, stopping.signal);
    }
  };

  return {
    resource: 'otherpolicies',
    start: () => void (running ??= run().catch(() => undefined)),
    stop: async () => {
      const error = new Error('the caches of other policies were stopped');
      stopping.abort(error);
      ready.reject(error);
      await running;
      await Promise.all(
        [...states.values()].map(async (one) => one.state === 'Followed' && one.cache.stop()),
      );
    },
    synced: () => isSynced,
    whenSynced: (signal) => unlessAborted(ready.promise, signal),
    lastContactTime: () => undefined,
    subscribe: (subscriber) => void subscribers.push(subscriber),
    concerning: (pod) => [...states].flatMap(([kind, state]) => concerningOf(kind, state, pod)),
  };
}

interface Look extends OtherPoliciesOptions {
  readonly notify: (namespace: string | undefined) => void;
  readonly signal: AbortSignal;
}

/** Finds out whether a kind is served, and begins to follow it or ends that. Does not throw. */
async function lookAt(kind: OtherPolicyKind, before: State | undefined, given: Look): Promise<State> {
  if (before?.state === 'Followed') return lookAgain(kind, before, given);
  for (const resource of kind.resources) {
    try {
      await given.client.list(resource, { metadataOnly: true }, { signal: given.signal, maxAttempts: 1 });
      return await follow(resource, given);
    } catch (error) {
      if (isNotServed(error)) continue;
      const problem = errorMessage(error);
      const isSaid = given.signal.aborted || (before?.state === 'Unread' && before.problem === problem);
      if (!isSaid) given.logger.warn({ kind: kind.label, problem }, 'other policies are not read');
      return { state: 'Unread', problem, mayPass: !isKubeError(error, 'Forbidden') };
    }
  }
  return { state: 'NotServed' };
}

/**
 * A cache goes on trying, and holds what there was. Only where its kind is not served any more, or may not be read, it is
 * stopped: what it holds grows old, and nothing will renew it.
 */
async function lookAgain(
  kind: OtherPolicyKind,
  before: Extract<State, { readonly state: 'Followed' }>,
  given: Look,
): Promise<State> {
  const { client, signal } = given;
  if (before.cache.following()) return before;
  try {
    await client.list(before.resource, { metadataOnly: true }, { signal, maxAttempts: 1 });
    return before;
  } catch (error) {
    if (!isNotServed(error) && !isKubeError(error, 'Forbidden')) return before;
    await before.cache.stop();
    return lookAt(kind, undefined, given);
  }
}

/** A kind whose definition is being deleted is answered as a missing object. */
function isNotServed(error: unknown): boolean {
  return isKubeError(error, 'KindNotServed', 'NotFound');
}

async function follow(resource: KubeResource, { notify, signal, ...options }: Look): Promise<State> {
  const cache = createWatchCache<KubeObject>({
    ...options,
    resource,
    indexes: { namespace: ({ metadata }) => [metadata.namespace ?? CLUSTER] },
    onChange: (change) => {
      if (!isStatusAlone(change)) notify(change.object.metadata.namespace);
    },
  });
  cache.start();
  const onTimeout = (): Error => new Error(`they did not come within ${MAX_LIST_MILLISECONDS / 1_000} s`);
  const deadline = { clock: options.clock, milliseconds: MAX_LIST_MILLISECONDS, signal, onTimeout };
  try {
    await withDeadline(deadline, cache.whenSynced);
  } catch (error) {
    await cache.stop();
    throw error;
  }
  return { state: 'Followed', cache, resource };
}

function concerningOf({ label }: OtherPolicyKind, state: State, pod: PolicyPod): readonly OtherPolicy[] {
  if (state.state === 'NotServed') return [];
  if (state.state === 'Unread') return [{ kind: label, namespace: null, name: null }];
  return [pod.namespace, CLUSTER]
    .flatMap((namespace) => state.cache.byIndex('namespace', namespace))
    .filter((object) => mayConcern(object, pod))
    .map(({ metadata }) => ({
      kind: label,
      namespace: metadata.namespace ?? null,
      name: metadata.name ?? '',
    }));
}
