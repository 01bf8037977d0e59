import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { shorten } from '../../lib/shorten.ts';
import { formatTime, parseTime } from '../../lib/time.ts';

/** The steps by which everything is taken from a sandbox, in their order. */
export const REMOVAL_STEPS = [
  /** Its pod carries the contained label, by which the network is closed and the gateway told. */
  'NetworkClosed',
  /** No new login can be: the auth role and the anchor Secret are deleted. */
  'LoginClosed',
  /** Every token that was given is refused. */
  'EntityDisabled',
  /** Every lease of a database login is revoked, and the database has no login of the sandbox. */
  'LeasesRevoked',
  /** A login that was under way when the role was deleted was looked for. */
  'LoginsVerified',
  'PodEnded',
  /** Entity, database roles, policy and ServiceAccount are deleted. */
  'IdentityRemoved',
] as const;

export type RemovalStep = (typeof REMOVAL_STEPS)[number];

/** A step as `status.removal` has it. */
export type RecordedStep = NonNullable<NonNullable<AgentSandbox['status']>['removal']>[number];

/** What a removal is about. */
export interface RemovalScope {
  /** Whether the sandbox has an identity in Vault. */
  readonly hasIdentity: boolean;
  /** Whether database engines may hold logins of it. */
  readonly hasDatabases: boolean;
  /** Whether its pod must go too: not where the identity alone is taken, or made anew. */
  readonly endsPod: boolean;
}

/** A removal as one reconciliation sees it. */
export interface RemovalWorld extends RemovalScope {
  /** `status.removal`, and what was done since. Of the network and of the pod it is not believed: what is there now counts. */
  readonly recorded: readonly RecordedStep[];
  /** Whether a pod of the sandbox runs, or may. */
  readonly podLives: boolean;
  /** Whether that pod carries the contained label. */
  readonly podIsCutOff: boolean;
  /** Why the pod did not get that label in this reconciliation; everything else goes on. */
  readonly networkProblem: string | null;
  /** Why a later step was not done in this reconciliation, or takes too long; null where none was tried, or all were done. */
  readonly problem: string | null;
  /** Whether a person lets what cannot be taken away stay behind (`cloister.dev/force-release`). */
  readonly isForced: boolean;
  /** Whether its entity is known to be disabled, by which a login that is under way is refused as well. */
  readonly isEntityDisabled: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What to do next. */
export type RemovalDecision =
  /** Do a step. */
  | { readonly next: 'Step'; readonly step: Exclude<RemovalStep, 'PodEnded'> }
  /** Have the pod ended, and go on when it has. */
  | { readonly next: 'EndPod' }
  /** A step was not done: try it again. A pod that is to be ended is ended at once, since it need not wait for Vault. */
  | { readonly next: 'Retry'; readonly step: RemovalStep; readonly endsPod: boolean }
  /** A login that was under way may still become one. */
  | { readonly next: 'Wait'; readonly untilTime: number }
  /** A person has given up what is left of these steps. */
  | { readonly next: 'Abandon'; readonly steps: readonly RemovalStep[] }
  | { readonly next: 'None' };

/**
 * A login that read the auth role before it was deleted ends only when the API server has answered for its token, which is
 * given two seconds. A good answer it keeps for ten seconds (`tokenSuccessCacheTTL` of kube-apiserver), whatever becomes of the
 * ServiceAccount, and a later role of the name would believe it. Recorded times have whole seconds. After all of these the
 * entity is looked for once more before it is deleted.
 */
export const LOGIN_SETTLE_MILLISECONDS = 13_000;

/**
 * After so long no login that read the auth role before it was deleted is under way any more. Where nobody had logged in before,
 * there was no entity to disable, and only then it is known that there is none.
 */
export const LOGIN_END_MILLISECONDS = 3_000;

/** The steps that need Vault. */
const VAULT_STEPS: ReadonlySet<string> = new Set<RemovalStep>(
  REMOVAL_STEPS.filter((step) => step !== 'NetworkClosed' && step !== 'PodEnded'),
);

const MAX_MESSAGE_CHARACTERS = 1_024;

/** The steps of a removal, in their order. */
export function stepsOf({ hasIdentity, hasDatabases, endsPod }: RemovalScope): readonly RemovalStep[] {
  return REMOVAL_STEPS.filter((step) => {
    if (step === 'NetworkClosed' || step === 'PodEnded') return endsPod;
    return hasIdentity && (step !== 'LeasesRevoked' || hasDatabases);
  });
}

/** Decides the next step of a removal. Every way by which a sandbox ends or is cut off runs this order. */
export function decideRemoval(world: RemovalWorld): RemovalDecision {
  // A pod on a node that does not answer ends for nobody.
  const left = stepsOf(world).filter((one) => !isDone(one, world) && !(one === 'PodEnded' && world.isForced));
  const [step] = left.filter((one) => one !== 'NetworkClosed' || world.networkProblem === null);
  if (step === undefined) return { next: 'None' };
  // Needs nobody but the API server, so it is done whatever else cannot be.
  if (step === 'NetworkClosed') return { next: 'Step', step };
  if (world.problem !== null && world.isForced) {
    return { next: 'Abandon', steps: left.filter((one) => VAULT_STEPS.has(one)) };
  }
  if (world.problem !== null) return { next: 'Retry', step, endsPod: left.includes('PodEnded') };
  if (step === 'PodEnded') return { next: 'EndPod' };
  const dueTime = dueTimeOf(step, world);
  return world.now < dueTime ? { next: 'Wait', untilTime: dueTime } : { next: 'Step', step };
}

/** When a step can be done: 0 for at once. */
function dueTimeOf(step: RemovalStep, { recorded, isEntityDisabled, now }: RemovalWorld): number {
  const closed = completedIn(recorded, 'LoginClosed');
  if (closed === undefined) return 0;
  const closedTime = Math.min(parseTime(closed), now);
  if (step === 'IdentityRemoved') return closedTime + LOGIN_SETTLE_MILLISECONDS;
  return step === 'LoginsVerified' && !isEntityDisabled ? closedTime + LOGIN_END_MILLISECONDS : 0;
}

/** The steps as `status.removal` has them after this reconciliation. */
export function recordSteps(world: RemovalWorld): RecordedStep[] {
  const steps = stepsOf(world);
  // When nothing is recorded of an identity any more: what became of it in Vault, and what of it a person gave up.
  const former = world.hasIdentity ? [] : world.recorded.filter(({ name }) => VAULT_STEPS.has(name));
  if (former.length > 0) {
    const recorded = world.recorded.filter(({ name }) => !VAULT_STEPS.has(name));
    return inOrder([...former, ...recordSteps({ ...world, recorded })]);
  }
  const failed = steps.find((step) => VAULT_STEPS.has(step) && !isDone(step, world));
  return steps.map((name) => {
    if (isDone(name, world)) {
      const message = world.recorded.find(
        (one) => one.name === name && one.completedTime !== undefined,
      )?.message;
      const done = { name, completedTime: completedTimeOf(name, world) };
      return VAULT_STEPS.has(name) && message !== undefined ? { ...done, message } : done;
    }
    const problem = name === 'NetworkClosed' ? world.networkProblem : name === failed ? world.problem : null;
    return problem === null ? { name } : { name, message: shorten(problem, MAX_MESSAGE_CHARACTERS) };
  });
}

function inOrder(steps: readonly RecordedStep[]): RecordedStep[] {
  return REMOVAL_STEPS.flatMap((step) => steps.filter(({ name }) => name === step).slice(0, 1));
}

/** What is left to do in Vault before nobody can use anything there, each as a phrase. */
export function containmentLeft(steps: readonly RecordedStep[] = []): readonly string[] {
  return steps.flatMap(({ name, completedTime }) =>
    completedTime === undefined && VAULT_STEPS.has(name) && name !== 'IdentityRemoved'
      ? [`step ${name} of its removal`]
      : [],
  );
}

/** The same world after a step was done. `remark` is what could not be verified; undefined where nothing is to be said. */
export function withStep(world: RemovalWorld, step: RemovalStep, remark?: string): RemovalWorld {
  const others = world.recorded.filter(({ name }) => name !== step);
  const completedTime = formatTime(world.now);
  const done = { name: step, completedTime, ...(remark === undefined ? {} : { message: remark }) };
  const recorded = [...others, done];
  return { ...world, recorded, podIsCutOff: world.podIsCutOff || step === 'NetworkClosed' };
}

function isDone(step: RemovalStep, { recorded, podLives, podIsCutOff }: RemovalWorld): boolean {
  if (step === 'NetworkClosed') return !podLives || podIsCutOff;
  if (step === 'PodEnded') return !podLives;
  return completedIn(recorded, step) !== undefined;
}

/** One that is to come was recorded by an operator whose clock was ahead, and nobody waits for that. */
function completedTimeOf(step: RemovalStep, { recorded, now }: RemovalWorld): string {
  const recordedTime = completedIn(recorded, step);
  return recordedTime === undefined || parseTime(recordedTime) > now ? formatTime(now) : recordedTime;
}

function completedIn(recorded: readonly RecordedStep[], step: RemovalStep): string | undefined {
  return recorded.find(({ name, completedTime }) => name === step && completedTime !== undefined)
    ?.completedTime;
}
