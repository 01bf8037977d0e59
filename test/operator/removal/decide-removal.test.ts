import { describe, expect, test } from 'vitest';
import {
  containmentLeft,
  decideRemoval,
  LOGIN_SETTLE_MILLISECONDS,
  recordSteps,
  REMOVAL_STEPS,
  type RemovalDecision,
  type RemovalStep,
  type RemovalWorld,
  stepsOf,
  withStep,
} from '../../../src/operator/removal/decide-removal.ts';
import { buildRemovalWorld } from '../../build/removal-world.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const TIME = '2026-11-28T12:00:00Z';
const SETTLED = NOW + LOGIN_SETTLE_MILLISECONDS;

/** A removal of everything, of which some steps are done. */
function world(change: Partial<RemovalWorld> = {}, ...done: readonly RemovalStep[]): RemovalWorld {
  const recorded = done.map((name) => ({ name, completedTime: TIME }));
  return buildRemovalWorld({ now: NOW, recorded, ...change });
}

const CUT = { podIsCutOff: true };
const ENDED = { podLives: false };
const TO_LOGIN = ['LoginClosed'] as const;
const TO_LEASES = [...TO_LOGIN, 'EntityDisabled', 'LeasesRevoked'] as const;
const TO_VERIFIED = [...TO_LEASES, 'LoginsVerified'] as const;

describe('the next step of a removal', () => {
  test.for<readonly [string, RemovalWorld, RemovalDecision]>([
    ['is to close the network', world(), { next: 'Step', step: 'NetworkClosed' }],
    ['is the login when the pod is cut off', world(CUT), { next: 'Step', step: 'LoginClosed' }],
    ['is the login when there is no pod', world(ENDED), { next: 'Step', step: 'LoginClosed' }],
    ['is the login where the pod stays', world({ endsPod: false }), { next: 'Step', step: 'LoginClosed' }],
    [
      'is the login though the label cannot be set',
      world({ networkProblem: 'refused' }),
      { next: 'Step', step: 'LoginClosed' },
    ],
    ['is then the entity', world(CUT, ...TO_LOGIN), { next: 'Step', step: 'EntityDisabled' }],
    [
      'is then the leases',
      world(CUT, ...TO_LOGIN, 'EntityDisabled'),
      { next: 'Step', step: 'LeasesRevoked' },
    ],
    [
      'is no lease where there is no database',
      world({ ...CUT, hasDatabases: false }, ...TO_LOGIN, 'EntityDisabled'),
      { next: 'Step', step: 'LoginsVerified' },
    ],
    ['is to look again', world(CUT, ...TO_LEASES), { next: 'Step', step: 'LoginsVerified' }],
    ['is to end the pod after that', world(CUT, ...TO_VERIFIED), { next: 'EndPod' }],
    [
      'is to wait before the identity is deleted',
      world(ENDED, ...TO_VERIFIED),
      { next: 'Wait', untilTime: SETTLED },
    ],
    [
      'is to delete the identity when no login can be under way',
      world({ ...ENDED, now: SETTLED }, ...TO_VERIFIED),
      { next: 'Step', step: 'IdentityRemoved' },
    ],
    [
      'is to wait for the pod before the identity is deleted, however long that takes',
      world({ ...CUT, now: SETTLED * 2 }, ...TO_VERIFIED),
      { next: 'EndPod' },
    ],
    ['is none at the end', world(ENDED, ...TO_VERIFIED, 'IdentityRemoved'), { next: 'None' }],
    [
      'is not to wait for a pod that a person has given up',
      world({ ...CUT, isForced: true, now: SETTLED }, ...TO_VERIFIED),
      { next: 'Step', step: 'IdentityRemoved' },
    ],
    ['is the pod where it has no identity', world({ ...CUT, hasIdentity: false }), { next: 'EndPod' }],
    ['is none where there is nothing', world({ ...ENDED, hasIdentity: false }), { next: 'None' }],
    [
      'is the network again where the label is gone',
      world({}, 'NetworkClosed', ...TO_VERIFIED),
      { next: 'Step', step: 'NetworkClosed' },
    ],
    [
      'is the pod again where another is there',
      world(CUT, ...TO_VERIFIED, 'PodEnded', 'IdentityRemoved'),
      { next: 'EndPod' },
    ],
  ])('%s', ([, of, wanted]) => {
    expect(decideRemoval(of)).toEqual(wanted);
  });
});

describe('a removal while Vault does not do what it is asked for', () => {
  const down = { problem: 'Vault is down' };

  test.for<readonly [string, RemovalWorld, RemovalDecision]>([
    ['closes the network first', world(down), { next: 'Step', step: 'NetworkClosed' }],
    [
      'ends the pod at once',
      world({ ...CUT, ...down }),
      { next: 'Retry', step: 'LoginClosed', endsPod: true },
    ],
    [
      'ends the pod though the label cannot be set',
      world({ networkProblem: 'refused', ...down }),
      { next: 'Retry', step: 'LoginClosed', endsPod: true },
    ],
    [
      'waits when the pod has ended',
      world({ ...ENDED, ...down }, ...TO_LOGIN),
      { next: 'Retry', step: 'EntityDisabled', endsPod: false },
    ],
    [
      'leaves the pod of a sandbox that goes on',
      world({ endsPod: false, ...down }),
      { next: 'Retry', step: 'LoginClosed', endsPod: false },
    ],
    [
      'is abandoned where a person forces it, with all that is left',
      world({ ...CUT, ...down, isForced: true }, ...TO_LOGIN),
      { next: 'Abandon', steps: ['EntityDisabled', 'LeasesRevoked', 'LoginsVerified', 'IdentityRemoved'] },
    ],
  ])('%s', ([, of, wanted]) => {
    expect(decideRemoval(of)).toEqual(wanted);
  });

  test('is not abandoned where Vault does all of it', () => {
    expect(decideRemoval(world({ ...CUT, isForced: true }))).toEqual({ next: 'Step', step: 'LoginClosed' });
  });

  test('says why at the step that is left, and at no other', () => {
    expect(recordSteps(world({ ...CUT, ...down }, ...TO_LOGIN))).toEqual([
      { name: 'NetworkClosed', completedTime: TIME },
      { name: 'LoginClosed', completedTime: TIME },
      { name: 'EntityDisabled', message: 'Vault is down' },
      { name: 'LeasesRevoked' },
      { name: 'LoginsVerified' },
      { name: 'PodEnded' },
      { name: 'IdentityRemoved' },
    ]);
  });
});

test('what could not be verified of a step stays in the status, and why it had failed before does not', () => {
  const failed = world({ ...ENDED, problem: 'the database is down' }, ...TO_LOGIN, 'EntityDisabled');
  const recorded = recordSteps(failed);
  expect(recorded.find(({ name }) => name === 'LeasesRevoked')?.message).toBe('the database is down');
  const messageAfter = (remark?: string): string | undefined =>
    recordSteps(withStep({ ...failed, recorded, problem: null }, 'LeasesRevoked', remark)).find(
      ({ name }) => name === 'LeasesRevoked',
    )?.message;
  expect(messageAfter('not asked')).toBe('not asked');
  expect(messageAfter()).toBeUndefined();
});

test('what a person gave up stays in the steps when nothing is recorded of the identity', () => {
  const given = recordSteps(world({ ...ENDED, problem: 'Vault is down', isForced: true }, ...TO_LOGIN));
  const after = world({ ...ENDED, hasIdentity: false, recorded: given, now: SETTLED });
  expect(decideRemoval(after)).toEqual({ next: 'None' });
  expect(recordSteps(after)).toMatchObject([
    { name: 'NetworkClosed' },
    { name: 'LoginClosed', completedTime: TIME },
    { name: 'EntityDisabled', message: 'Vault is down' },
    { name: 'LeasesRevoked' },
    { name: 'LoginsVerified' },
    { name: 'PodEnded' },
    { name: 'IdentityRemoved' },
  ]);
  expect(containmentLeft(recordSteps(after))).toHaveLength(3);
  const later = { ...after, recorded: recordSteps(after), now: SETTLED * 2 };
  expect(recordSteps(later)).toEqual(recordSteps(after));
});

/** Does all steps, in a world where each does what it is for; `stop` gives a world back as a crash leaves it. */
function play(of: RemovalWorld, crash: (of: RemovalWorld, step: string) => RemovalWorld): readonly string[] {
  const done: string[] = [];
  for (let now = of; done.length < 100;) {
    const decision = decideRemoval(now);
    if (decision.next === 'None') return done;
    if (decision.next === 'Wait') now = { ...now, now: decision.untilTime };
    else if (decision.next === 'EndPod') {
      done.push('PodEnded');
      now = { ...now, podLives: false };
    } else if (decision.next === 'Step') {
      done.push(decision.step);
      now = crash(withStep(now, decision.step), decision.step);
    } else throw new Error(decision.next);
  }
  return done;
}

describe('all steps of a removal', () => {
  test('are done once each and in their order', () => {
    expect(play(world(), (of) => of)).toEqual(REMOVAL_STEPS);
  });

  test.for(REMOVAL_STEPS.map((step) => [step] as const))(
    'end when what was recorded is lost after %s',
    ([lost]) => {
      let isLost = false;
      const steps = play(world(), (of, step) => {
        if (isLost || step !== lost) return of;
        isLost = true;
        return { ...of, recorded: [] };
      });
      expect(steps.slice(-1)).toEqual(['IdentityRemoved']);
      expect(new Set(steps)).toEqual(new Set(REMOVAL_STEPS));
    },
  );

  test('of an identity alone touch no pod', () => {
    expect(stepsOf({ hasIdentity: true, hasDatabases: false, endsPod: false })).toEqual([
      'LoginClosed',
      'EntityDisabled',
      'LoginsVerified',
      'IdentityRemoved',
    ]);
  });
});

test('a step that is recorded for a time to come was by an operator whose clock is ahead, and counts from now', () => {
  const ahead = '2026-11-28T13:00:00Z';
  const recorded = [...TO_VERIFIED, 'PodEnded' as const].map((name) => ({ name, completedTime: ahead }));
  const now = world({ ...ENDED, recorded });
  expect(decideRemoval(now)).toEqual({ next: 'Wait', untilTime: SETTLED });
  const again = world({ ...ENDED, recorded: recordSteps(now), now: SETTLED });
  expect(decideRemoval(again)).toEqual({ next: 'Step', step: 'IdentityRemoved' });
});
