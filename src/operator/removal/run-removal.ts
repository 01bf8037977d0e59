import { describeFailure } from '../identity/describe-failure.ts';
import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import {
  decideRemoval,
  type RemovalDecision,
  type RemovalStep,
  type RemovalWorld,
  withStep,
} from './decide-removal.ts';

/** Does a step. Returns what could not be verified of it; undefined where nothing is to be said. */
type RemovalAction = (signal: AbortSignal) => Promise<string | undefined>;

/** How each step is done. All of them may be done again. */
export type RemovalActions = Readonly<Record<Exclude<RemovalStep, 'PodEnded'>, RemovalAction>> & {
  /** Whether the entity was found, and is disabled since then. */
  readonly isEntityDisabled: () => boolean;
};

/** How far a removal has come in one reconciliation. */
export interface RemovalProgress {
  readonly world: RemovalWorld;
  /** Where it stands. */
  readonly decision: Exclude<RemovalDecision, { readonly next: 'Step' }>;
  /** What a step that failed threw; undefined where none did. */
  readonly error: unknown;
}

/** While its pod lives a sandbox waits so long for Vault, and no longer: the end of the pod is what it must not wait for. */
const MAX_STEP_MILLISECONDS = 3_000;

/** Does the steps that can be done now, one after the other, and says where it stands. */
export async function runRemoval(
  start: RemovalWorld,
  { isEntityDisabled, ...actions }: RemovalActions,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<RemovalProgress> {
  let world = start;
  let error: unknown;
  for (;;) {
    world = { ...world, isEntityDisabled: isEntityDisabled(), now: clock.now() };
    const decision = decideRemoval(world);
    if (decision.next !== 'Step') return { world, decision, error };
    const { step } = decision;
    try {
      const remark = await bounded(actions[step], world, { clock, signal });
      world = withStep({ ...world, now: clock.now() }, step, remark);
    } catch (caught) {
      signal.throwIfAborted();
      error = caught;
      const problem = describeFailure(caught);
      world = step === 'NetworkClosed' ? { ...world, networkProblem: problem } : { ...world, problem };
    }
  }
}

function bounded(
  action: RemovalAction,
  { endsPod, podLives }: RemovalWorld,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (!endsPod || !podLives) return action(signal);
  const onTimeout = (): Error =>
    new Error(
      `Vault has not done it within ${MAX_STEP_MILLISECONDS / 1_000} s; the pod is ended, and it is tried again`,
    );
  return withDeadline({ clock, milliseconds: MAX_STEP_MILLISECONDS, signal, onTimeout }, action);
}
