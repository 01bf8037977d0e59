import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { GUARDS } from '../../../src/render/guards/index.ts';
import { type DryRunCall, patch, post } from './dry-run-calls.ts';
import {
  ACTORS,
  ENROLMENT,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
} from './guarded-control-plane.ts';

// Two policies look at namespaces, and either often refuses for both. Here each is alone, so that each is seen to.
let guarded: GuardedControlPlane;

const { administrator, operator } = ACTORS;
const GUARD = 'cloister-namespaces';
const LISTED = 'cloister-listed-namespaces';
const { 'cloister.dev/tenant': _tenant, ...POD_SECURITY } = ENROLMENT;
const STRANGER = { ...ENROLMENT, 'cloister.dev/tenant': 'x' };
const create = (name: string, labels: Readonly<Record<string, string>>) =>
  post(NAMESPACES, namespace(name, labels));
const label = (name: string, labels: object) => patch(`${NAMESPACES}/${name}`, { metadata: { labels } });

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await guarded.controlPlane.kubectl(['create', 'namespace', 'kube-agents']);
});
afterAll(() => guarded?.stop());

/** Takes a policy's binding away, and waits until the API server no longer asks it. */
async function unbind(name: string, probe: DryRunCall): Promise<void> {
  await guarded.controlPlane.kubectl(['delete', 'validatingadmissionpolicybinding', name]);
  await vi.waitFor(
    async () => expect(await guarded.attempt(administrator, probe)).toMatchObject({ by: 'Allowed' }),
    { timeout: 30_000, interval: 100 },
  );
}

describe('enrolment, without the policy about listed namespaces', () => {
  beforeAll(() => unbind(LISTED, create('free', ENROLMENT)));

  test.for([
    ['is taken by who makes a namespace', administrator, create('free', ENROLMENT), 'Allowed'],
    ['never without Pod Security', administrator, create('free', { 'cloister.dev/tenant': 'x' }), GUARD],
    [
      'never with less of it',
      administrator,
      create('free', { ...STRANGER, 'pod-security.kubernetes.io/enforce': 'baseline' }),
      GUARD,
    ],
    [
      'never with an old version of it',
      administrator,
      create('free', { ...STRANGER, 'pod-security.kubernetes.io/enforce-version': 'v1.24' }),
      GUARD,
    ],
    ['never in default', operator, label('default', STRANGER), GUARD],
    ['never in kube-system', operator, label('kube-system', STRANGER), GUARD],
    ['never in a namespace that is called alike', operator, label('kube-agents', STRANGER), GUARD],
    ['never in one that is made so', administrator, create('kube-more', ENROLMENT), GUARD],
    ['never in ours', operator, label('cloister-system', STRANGER), GUARD],
    ['never in a system namespace', operator, label('cloister-t-acme', STRANGER), GUARD],
    [
      'never beside other labels of ours',
      administrator,
      create('free', { ...ENROLMENT, 'cloister.dev/x': 'y' }),
      GUARD,
    ],
    ['never as a system namespace', administrator, create('free', { 'cloister.dev/system': 'free' }), GUARD],
    ['is not for the platform team later', administrator, label('elsewhere', STRANGER), GUARD],
    [
      'nor in capitals',
      administrator,
      patch(`${NAMESPACES}/elsewhere`, { metadata: { annotations: { 'Cloister.dev/exemptions': 'x' } } }),
      GUARD,
    ],
    ['is for the operator', operator, label('elsewhere', STRANGER), 'Allowed'],
    ['which needs Pod Security as well', operator, label('elsewhere', { 'cloister.dev/tenant': 'x' }), GUARD],
    [
      'whose labels cannot be called another tenant',
      operator,
      create('cloister-t-a', { 'cloister.dev/system': 'b' }),
      GUARD,
    ],
    [
      'a namespace of Pod Security alone is free',
      administrator,
      create('kube-more', POD_SECURITY),
      'Allowed',
    ],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });
});

describe('a listed namespace, without the policy about enrolment', () => {
  beforeAll(async () => {
    await guarded.controlPlane.apply(GUARDS.flat().filter(({ metadata }) => metadata.name === LISTED));
    await unbind(GUARD, label('acme-agents', { 'cloister.dev/x': 'y' }));
    // The policy about what is listed holds again a moment after it is bound.
    const bare = create('acme-tools', {});
    await vi.waitFor(
      async () => expect(await guarded.attempt(administrator, bare)).toMatchObject({ by: LISTED }),
      { timeout: 30_000, interval: 100 },
    );
  });

  test.for([
    ['is made with its labels', create('acme-tools', ENROLMENT), 'Allowed'],
    ['not with none', create('acme-tools', {}), LISTED],
    ['not without Pod Security', create('acme-tools', { 'cloister.dev/tenant': 'acme' }), LISTED],
    [
      'not with less of it',
      create('acme-tools', { ...ENROLMENT, 'pod-security.kubernetes.io/enforce': 'baseline' }),
      LISTED,
    ],
    [
      'not without the version of it',
      create('acme-tools', { ...ENROLMENT, 'pod-security.kubernetes.io/enforce-version': 'v1.24' }),
      LISTED,
    ],
    ['not without the tenant', create('acme-tools', POD_SECURITY), LISTED],
    ['not for another tenant', create('acme-tools', STRANGER), LISTED],
    ['is the only one of its tenant', create('stranger', ENROLMENT), LISTED],
    ['also later', label('elsewhere', ENROLMENT), LISTED],
    ['is labelled otherwise', label('acme-agents', { team: 'a' }), 'Allowed'],
  ] as const)('%s', async ([, call, by]) => {
    expect(await guarded.attempt(administrator, call)).toMatchObject({ by });
  });
});
