import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ACTORS,
  ENROLMENT,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
});
afterAll(() => guarded?.stop());

const { administrator, operator } = ACTORS;
const GUARD = 'cloister-namespaces';
const LISTED = 'cloister-listed-namespaces';
/** Where both refuse, whichever the API server asks first answers: it keeps policies in no order. */
const EITHER: unknown = expect.stringMatching(/^cloister-(listed-)?namespaces$/);
const { 'cloister.dev/tenant': tenant, ...POD_SECURITY } = ENROLMENT;
const WITHOUT = { 'cloister.dev/tenant': null };

const patch = (name: string, metadata: object, subresource = '') => ({
  method: 'PATCH' as const,
  path: `${NAMESPACES}/${name}${subresource}?dryRun=All`,
  contentType: 'application/merge-patch+json',
  body: { metadata },
});
const create = (name: string, labels: Readonly<Record<string, string>>) => ({
  method: 'POST' as const,
  path: `${NAMESPACES}?dryRun=All`,
  body: namespace(name, labels),
});

describe('who may edit namespaces', () => {
  test.for([
    ['cannot remove the enrolment', patch('acme-agents', { labels: WITHOUT }), GUARD],
    ['cannot remove it through the status', patch('acme-agents', { labels: WITHOUT }, '/status'), GUARD],
    [
      'cannot move it to another tenant',
      patch('acme-agents', { labels: { 'cloister.dev/tenant': 'x' } }),
      GUARD,
    ],
    [
      'cannot lower Pod Security',
      patch('acme-agents', { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } }),
      GUARD,
    ],
    [
      'cannot pin Pod Security to an old version',
      patch('acme-agents', { labels: { 'pod-security.kubernetes.io/enforce-version': 'v1.24' } }),
      GUARD,
    ],
    [
      'cannot annotate it for Cloister',
      patch('acme-agents', { annotations: { 'cloister.dev/x': 'y' } }),
      GUARD,
    ],
    ['cannot enrol a namespace', patch('elsewhere', { labels: ENROLMENT }), EITHER],
    [
      'cannot make it a system namespace',
      patch('elsewhere', { labels: { 'cloister.dev/system': 'acme' } }),
      GUARD,
    ],
    [
      'cannot change a system namespace',
      patch('cloister-t-acme', { labels: { 'cloister.dev/system': null } }),
      GUARD,
    ],
    ['cannot make a listed namespace without its labels', create('acme-tools', {}), LISTED],
    ['cannot make it without Pod Security', create('acme-tools', { 'cloister.dev/tenant': tenant }), EITHER],
    [
      'cannot make it for another tenant',
      create('acme-tools', { ...ENROLMENT, 'cloister.dev/tenant': 'x' }),
      LISTED,
    ],
    ['cannot claim a tenant that does not list it', create('stranger', ENROLMENT), LISTED],
    ['cannot make a system namespace ahead of the operator', create('cloister-t-new', {}), GUARD],
    ['cannot enrol a namespace of the cluster', create('kube-agents', ENROLMENT), EITHER],
    ['can make a listed namespace as it will be', create('acme-tools', ENROLMENT), 'Allowed'],
    ['can label it otherwise', patch('acme-agents', { labels: { team: 'a' } }), 'Allowed'],
    ['can make others', create('free', { 'pod-security.kubernetes.io/enforce': 'baseline' }), 'Allowed'],
    ['can label others', patch('elsewhere', { labels: POD_SECURITY }), 'Allowed'],
  ] as const)('%s', async ([, call, by]) => {
    expect(await guarded.attempt(administrator, call)).toMatchObject({ by });
  });

  test('cannot remove the enrolment through the finalizers', async () => {
    const { stdout } = await guarded.controlPlane.kubectl(['get', 'namespace', 'acme-agents', '-o', 'json']);
    const body = JSON.parse(stdout) as { metadata: { labels: Record<string, string> } };
    delete body.metadata.labels['cloister.dev/tenant'];
    const call = { method: 'PUT' as const, path: `${NAMESPACES}/acme-agents/finalize?dryRun=All`, body };
    expect(await guarded.attempt(administrator, call)).toMatchObject({ by: GUARD });
  });

  test('read what to do', async () => {
    const { message } = await guarded.attempt(administrator, patch('acme-agents', { labels: WITHOUT }));
    expect(message).toContain(
      'Namespace "acme-agents": metadata.labels: "cloister.dev/tenant" is changed by "administrator"; must be changed by the operator of Cloister alone. Change spec.namespaces of the TenantIsolation instead.',
    );
  });
});

describe('the operator', () => {
  test.for([
    ['can release', patch('acme-agents', { labels: WITHOUT }), 'Allowed'],
    ['can make a system namespace', create('cloister-t-new', { 'cloister.dev/system': 'new' }), 'Allowed'],
    ['cannot enrol what no tenant lists', patch('elsewhere', { labels: ENROLMENT }), LISTED],
    ['cannot enrol default', patch('default', { labels: ENROLMENT }), EITHER],
    [
      'cannot enrol without Pod Security',
      patch('elsewhere', { labels: { 'cloister.dev/tenant': 'ghost' } }),
      GUARD,
    ],
    ['cannot call another a system namespace', create('other', { 'cloister.dev/system': 'other' }), GUARD],
    ['cannot label others', patch('elsewhere', { labels: { team: 'a' } }), 'cloister-operator-reach'],
  ] as const)('%s', async ([, call, by]) => {
    expect(await guarded.attempt(operator, call)).toMatchObject({ by });
  });
});

test('a namespace that was there before its tenant is enrolled by the operator, and by nobody else', async () => {
  const { controlPlane, attempt } = guarded;
  await controlPlane.kubectl(['create', 'namespace', 'late']);
  const get = ['get', 'tenantisolation', 'acme', '-o', 'json'];
  const acme = JSON.parse((await controlPlane.kubectl(get)).stdout) as {
    metadata: object;
    spec: { namespaces: object[] };
  };
  const namespaces = [{ ...acme.spec.namespaces[0], name: 'late' }];
  await controlPlane.apply([
    {
      ...acme,
      metadata: { name: 'late' },
      spec: { ...acme.spec, namespaces },
    },
  ]);
  const enrol = patch('late', { labels: { ...ENROLMENT, 'cloister.dev/tenant': 'late' } });
  await expect.poll(() => attempt(operator, enrol), { timeout: 30_000 }).toMatchObject({ by: 'Allowed' });
  expect(await attempt(administrator, enrol)).toMatchObject({ by: GUARD });
});

test('a namespace that is deleted goes, and comes back enrolled or not at all', async () => {
  const { controlPlane, attempt } = guarded;
  const make = { ...create('acme-tools', ENROLMENT), path: NAMESPACES };
  expect(await attempt(administrator, make)).toMatchObject({ by: 'Allowed' });
  const { code, stderr } = await controlPlane.kubectl(['delete', 'namespace', 'acme-tools', '--timeout=60s']);
  expect(code, stderr).toBe(0);
  expect(await attempt(administrator, create('acme-tools', {}))).toMatchObject({ by: LISTED });
  expect(await attempt(administrator, make)).toMatchObject({ by: 'Allowed' });
});
