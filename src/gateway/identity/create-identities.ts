import type { KubeClient } from '../../kube/kube-client.ts';
import type { Clock } from '../../lib/clock.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import type { Logger } from '../../lib/log.ts';
import { MAX_OPEN_AGE_MILLISECONDS } from '../cache-freshness.ts';
import type { KnownPod } from '../known-pod.ts';
import type { PodDirectory } from '../pod-directory.ts';
import type { Caller, Identification, Identities, IdentityListener, IdentityRefusal } from './caller.ts';
import { callerOf, whyChanged } from './caller-of.ts';
import { checkProof } from './check-proof.ts';
import { decidePod, type FirstSight, type PodStanding, refuse } from './decide-pod.ts';
import type { Compile, FeedChange } from './feed-state.ts';
import { followFeed, type FollowedFeed } from './followed-feed.ts';
import { reviewToken } from './review-token.ts';
import { createTokenReviews, TOKEN_REVIEW_LIMITS, type TokenReviews } from './token-reviews.ts';

export interface IdentitiesOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly tenant: string;
  /** The system namespace of the tenant. */
  readonly namespace: string;
  readonly pods: PodDirectory;
  /** Called once for each role and hash. */
  readonly compile: Compile;
}

/** What is known of pods and of what the operator tells. */
interface Knowledge {
  readonly pods: PodDirectory;
  readonly feed: FollowedFeed;
  readonly firstSights: Map<string, FirstSight>;
}

type Located =
  | { readonly pod: KnownPod; readonly standing: PodStanding }
  | { readonly refusal: IdentityRefusal };

/**
 * Tells who calls, from what the operator writes and from the pods of the tenant. A quarantine is known from these alone: the
 * API server may take a token for good for 10 s after its pod or ServiceAccount is gone.
 */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { client, log, clock, pods } = options;
  const listeners = new Set<IdentityListener>();
  const tell: IdentityListener = (podUIDs) => {
    if (podUIDs !== 'All' && podUIDs.size === 0) return;
    for (const listener of listeners) {
      try {
        listener(podUIDs);
      } catch (err) {
        // The others may have connections of the pod to cut.
        log.error({ err }, 'a change of who may call could not be taken up');
      }
    }
  };
  const feed = followFeed({ ...options, onChange: (change) => tell(podsOf(change, pods)) });
  const knowledge: Knowledge = { pods, feed, firstSights: followFirstSights(pods, tell) };
  const reviews = createTokenReviews({
    review: (token) => reviewToken(client, token),
    limits: TOKEN_REVIEW_LIMITS,
    now: () => clock.now(),
  });
  const stopping = new AbortController();
  return {
    start: () => {
      feed.start();
      void tellWhileStale({ knowledge, tell, clock }, stopping.signal);
    },
    stop: () => {
      stopping.abort();
      return feed.stop();
    },
    problem: () => pods.problem() ?? feed.staleness() ?? feed.problem() ?? whyNoTenant(feed),
    tenant: () => {
      const told = feed.tenant();
      return feed.staleness() === null && told !== undefined && 'feed' in told ? told.feed : null;
    },
    identify: (input) => identify(input, knowledge, reviews),
    stillHolds: (caller) => stillHolds(caller, knowledge),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    watched: feed.watched,
  };
}

/** How late it is seen that the API server is not heard of. */
const STALE_MILLISECONDS = 1_000;

/** Nothing changes while nothing is heard, so that without this what is open would stay open for as long. */
async function tellWhileStale(
  { knowledge, tell, clock }: { knowledge: Knowledge; tell: IdentityListener; clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(STALE_MILLISECONDS, signal).catch(() => undefined);
    if (!signal.aborted && whyUnknown(knowledge, OPEN) !== null) tell('All');
  }
}

/** Keeps what the labels of each pod named when it was first seen, and tells of pods whose standing may be another. */
function followFirstSights(pods: PodDirectory, tell: IdentityListener): Map<string, FirstSight> {
  const firstSights = new Map<string, FirstSight>();
  const see = ({ metadata: { uid = '' }, role, sandbox }: KnownPod): void => {
    if (!firstSights.has(uid)) firstSights.set(uid, { role, sandbox });
  };
  pods.list().forEach(see);
  pods.onChange((change) => {
    const { uid = '' } = change.object.metadata;
    if (change.type === 'Deleted') firstSights.delete(uid);
    else see(change.object);
    const isSame = change.type === 'Modified' && isSameStanding(change.object, change.previous);
    if (change.type !== 'Added' && !isSame) tell(new Set([uid]));
  });
  return firstSights;
}

function isSameStanding(pod: KnownPod, previous: KnownPod): boolean {
  return (
    pod.addresses.join() === previous.addresses.join() &&
    pod.role === previous.role &&
    pod.sandbox === previous.sandbox &&
    pod.isContained === previous.isContained
  );
}

function podsOf(change: FeedChange, pods: PodDirectory): ReadonlySet<string> | 'All' {
  if (change.kind === 'All') return 'All';
  if (change.kind === 'Pods') return new Set(change.podUIDs);
  const ofRole = pods.list().filter(({ role }) => role === change.role);
  return new Set(ofRole.map(({ metadata }) => metadata.uid ?? ''));
}

function whyNoTenant(feed: FollowedFeed): string | null {
  return feed.tenant() === undefined ? 'the operator has not told what holds for the tenant' : null;
}

async function identify(
  { address: source, proof }: Parameters<Identities['identify']>[0],
  knowledge: Knowledge,
  reviews: TokenReviews,
): Promise<Identification> {
  const address = canonicalAddress(source);
  if (address === null) return { refusal: nobody('SourceNotAPod', 'the source address is not known') };
  const located = locate(address, knowledge);
  if ('refusal' in located) return located;
  const { pod } = located;
  const checked = await checkProof({ proof, pod, standing: located.standing, reviews });
  if ('refusal' in checked) return checked;
  // While the token was reviewed, the address may have gone to another pod and the pod may have been contained.
  const again = locate(address, knowledge);
  if ('refusal' in again) return again;
  if (again.pod.metadata.uid !== pod.metadata.uid) {
    return refuse(again.pod, 'ProofWrong', 'the source address has gone to another pod');
  }
  return { caller: callerOf(again, address, checked.proof) };
}

/** Finds the one pod that has an address, and what holds for it. */
function locate(address: string, knowledge: Knowledge): Located {
  const { pods } = knowledge;
  const unknown = whyUnknown(knowledge);
  if (unknown !== null) return { refusal: unknown };
  const found = pods.havingAddress(address);
  const [pod] = found;
  if (pod !== undefined && found.length === 1) return standingOf(pod, knowledge);
  const [ending, ...more] = pods.endingWith(address);
  if (pod === undefined && ending !== undefined && more.length === 0) {
    return refuse(ending, 'PodEnding', 'the pod is being deleted');
  }
  const those = found.length === 0 ? 'no live pod' : `${found.length} live pods`;
  const message = `the source address ${address} is that of ${those} in the namespaces of the tenant; it must be that of exactly one`;
  return { refusal: nobody('SourceNotAPod', message) };
}

function standingOf(pod: KnownPod, { feed, firstSights }: Knowledge): Located {
  const firstSight = firstSights.get(pod.metadata.uid ?? '');
  const decided = decidePod({ pod, firstSight, feed });
  return 'refusal' in decided ? decided : { pod, standing: decided.standing };
}

interface Age {
  /** Only of its pods; of all where it is not set. */
  readonly namespace?: string;
  readonly maxMilliseconds?: number;
}

/** Of what is open. */
const OPEN: Age = { maxMilliseconds: MAX_OPEN_AGE_MILLISECONDS };

/** Why it is not known what holds for pods. */
function whyUnknown(
  { pods, feed }: Knowledge,
  { namespace, maxMilliseconds }: Age = {},
): IdentityRefusal | null {
  const problem = pods.problem(namespace, maxMilliseconds) ?? feed.staleness(maxMilliseconds);
  return problem === null ? null : nobody('NotReady', problem);
}

function nobody(reason: 'SourceNotAPod' | 'NotReady', message: string): IdentityRefusal {
  return { reason, message, retry: reason === 'NotReady' };
}

function stillHolds(caller: Caller, knowledge: Knowledge): IdentityRefusal | null {
  // A namespace that is being listed for the first time says nothing of pods of others that were identified before.
  const unknown = whyUnknown(knowledge, { ...OPEN, namespace: caller.namespace });
  if (unknown !== null) return unknown;
  const { namespace, pod: name, podUID, sandbox } = caller;
  const pod = knowledge.pods.get(namespace, name);
  if (pod?.metadata.uid !== podUID || !pod.addresses.includes(caller.address)) {
    const message = 'the pod has ended, is being deleted or has lost its address';
    return {
      reason: 'PodEnding',
      message,
      retry: false,
      namespace,
      pod: name,
      sandbox: sandbox ?? undefined,
    };
  }
  const located = standingOf(pod, knowledge);
  // What was known of this pod and is not any more was taken back.
  return 'refusal' in located ? { ...located.refusal, retry: false } : whyChanged(caller, located);
}
