import { expect, test } from 'vitest';
import { REMOVAL_STEPS, type RemovalWorld } from '../../../src/operator/removal/decide-removal.ts';
import { type RemovalActions, runRemoval } from '../../../src/operator/removal/run-removal.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { buildRemovalWorld } from '../../build/removal-world.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const WORLD = buildRemovalWorld({ now: NOW });
const { signal } = new AbortController();

/** Steps that are noted, of which some do something else. */
function noting(others: Partial<RemovalActions> = {}): {
  readonly done: string[];
  readonly actions: RemovalActions;
} {
  const done: string[] = [];
  const steps = REMOVAL_STEPS.filter((step) => step !== 'PodEnded');
  const noted = steps.map((step) => [step, async () => void done.push(step)]);
  const actions = Object.fromEntries(noted) as Omit<RemovalActions, 'isEntityDisabled'>;
  return { done, actions: { isEntityDisabled: () => true, ...actions, ...others } };
}

test('a removal goes on until the pod has to end', async () => {
  const { done, actions } = noting();
  const { decision } = await runRemoval(WORLD, actions, { clock: createManualClock(NOW), signal });
  expect(done).toEqual(['NetworkClosed', 'LoginClosed', 'EntityDisabled', 'LeasesRevoked', 'LoginsVerified']);
  expect(decision).toEqual({ next: 'EndPod' });
});

test('a pod whose label cannot be set is ended all the same, and what is in Vault is taken', async () => {
  const refused = new Error('refused');
  const { done, actions } = noting({ NetworkClosed: () => Promise.reject(refused) });
  const progress = await runRemoval(WORLD, actions, { clock: createManualClock(NOW), signal });
  expect(done).toContain('LoginsVerified');
  expect(progress.decision).toEqual({ next: 'EndPod' });
  expect(progress.error).toBe(refused);
  expect(progress.world.networkProblem).toBe('refused');
});

test('a Vault that is slow does not keep a pod alive', async () => {
  const clock = createManualClock(NOW);
  const { actions } = noting({ LoginClosed: () => new Promise(() => {}) });
  const running = runRemoval(WORLD, actions, { clock, signal });
  await clock.advance(3_000);
  expect((await running).decision).toEqual({ next: 'Retry', step: 'LoginClosed', endsPod: true });
});

test('a Vault that is slow is waited for when no pod is there', async () => {
  const clock = createManualClock(NOW);
  const slow = (): Promise<undefined> => clock.sleep(60_000).then(() => undefined);
  const { actions } = noting({ LoginClosed: slow });
  const running = runRemoval({ ...WORLD, podLives: false }, actions, { clock, signal });
  await clock.advance(60_000);
  expect((await running).decision).toMatchObject({ next: 'Wait' });
});

test('where nobody had logged in, a login that is under way is waited for before it is looked for', async () => {
  const clock = createManualClock(NOW);
  const { done, actions } = noting({ isEntityDisabled: () => false });
  const run = (recorded: RemovalWorld['recorded']) =>
    runRemoval({ ...WORLD, recorded, podIsCutOff: true }, actions, { clock, signal });
  const { world, decision } = await run([]);
  expect(decision).toEqual({ next: 'Wait', untilTime: NOW + 3_000 });
  expect(done).not.toContain('LoginsVerified');
  await clock.advance(3_000);
  expect((await run(world.recorded)).decision).toEqual({ next: 'EndPod' });
  expect(done).toContain('LoginsVerified');
});
