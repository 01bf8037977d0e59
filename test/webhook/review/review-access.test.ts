import { describe, expect, test, vi } from 'vitest';
import type { RoleUse } from '../../../src/policy/admission/evaluate-access.ts';
import type { UserInfo } from '../../../src/webhook/admission-review.ts';
import { review } from '../../../src/webhook/review/review.ts';
import type { ReviewSettings } from '../../../src/webhook/review/review-settings.ts';
import { buildAdmissionReview } from '../../build/admission-review.ts';
import { buildPod } from '../../build/pod.ts';
import { buildRolePolicy } from '../../build/review-context.ts';
import { knownCluster } from './known-cluster.ts';

const pods = { group: '', version: 'v1', resource: 'pods' };
const services = { ...pods, resource: 'services' };
const shut = buildRolePolicy({ name: 'shut' });
const open = buildRolePolicy({ name: 'open', allowedAccess: new Set(['Exec', 'Proxy']) });
const dropped = buildRolePolicy({ name: 'dropped', allowedAccess: new Set(['Exec', 'Proxy']) });
const proxied = { ...open, name: 'data-analyst' };

const known = knownCluster([shut, open, dropped], {
  shut: 'shut',
  open: 'open',
  dropped: 'dropped',
  gone: 'deleted',
  bare: null,
  empty: '',
});
known.dropRole('dropped');

interface Request {
  readonly name: string;
  readonly subResource: string;
  readonly resource?: typeof pods;
  readonly namespace?: string;
  readonly userInfo?: UserInfo;
}

const connect = (changes: Request, settings: ReviewSettings = known) =>
  review(
    buildAdmissionReview({ operation: 'CONNECT', resource: pods, object: { container: 'agent' }, ...changes })
      .request,
    settings,
  );

const answering = (use: RoleUse, settings: ReviewSettings = known) => {
  const ask = vi.fn<ReviewSettings['roleUse']['review']>(() => Promise.resolve(use));
  return { ask, settings: { ...settings, roleUse: { review: ask } } };
};

describe('who reaches into a pod is held to the role that the pod has now', () => {
  test.for([
    ['exec where the role allows Exec', 'open', 'exec', true],
    ['the proxy where the role allows Proxy', 'open', 'proxy', true],
    ['attach where it allows Exec alone', 'open', 'attach', false],
    ['portforward where it allows Exec alone', 'open', 'portforward', false],
    ['exec where the role allows nothing', 'shut', 'exec', false],
    ['exec where the role was deleted', 'gone', 'exec', false],
    ['exec where the pod has no role', 'bare', 'exec', false],
    ['exec where the pod has an empty role', 'empty', 'exec', false],
    ['exec where the pod is not known', 'nobody', 'exec', false],
    ['exec where the pod has a name of Object', 'constructor', 'exec', false],
    ['exec where the tenant has dropped the role', 'dropped', 'exec', false],
    ['the proxy where the tenant has dropped the role', 'dropped', 'proxy', false],
  ] as const)('%s', async ([, name, subResource, allowed]) => {
    expect((await connect({ name, subResource })).allowed).toBe(allowed);
  });

  test('the proxy of a service, where one of the roles behind it does not allow Proxy', async () => {
    const verdict = await connect({ name: 'agents', subResource: 'proxy', resource: services });
    expect(verdict.allowed).toBe(false);
  });

  test('the proxy of a service, where all roles of the tenant allow it', async () => {
    const request = { name: 'agents', subResource: 'proxy', resource: services };
    expect((await connect(request, knownCluster([proxied]))).allowed).toBe(true);
  });

  test('the proxy of a service, where no tenant lists the namespace', async () => {
    const request = { name: 'x', namespace: 'x', subResource: 'proxy', resource: services };
    expect((await connect(request)).allowed).toBe(false);
  });
});

describe('who reaches into a pod needs the verb use on its role', () => {
  const exec = { name: 'open', subResource: 'exec' };

  test.for([
    ['Denied', /verb "use" on agentroles\.cloister\.dev\/open is not granted.*bound to you/],
    ['Unanswered', /verb "use" on agentroles\.cloister\.dev\/open is unknown.*did not answer.*Try again/],
  ] as const)('and is refused where the answer is %s, with what to do', async ([use, message]) => {
    const verdict = await connect(exec, answering(use).settings);
    expect(verdict).toMatchObject({
      allowed: false,
      code: 403,
      checks: ['access'],
      message: expect.stringMatching(message),
    });
  });

  test('as the user of the request, of the role of the pod', async () => {
    const { ask, settings } = answering('Allowed');
    const userInfo = { username: 'dev', uid: '7', groups: ['team'], extra: { 'example.com/a': ['b'] } };
    expect((await connect({ ...exec, userInfo }, settings)).allowed).toBe(true);
    expect(ask.mock.calls).toEqual([[userInfo, 'open']]);
  });

  test('on every role behind a service', async () => {
    const request = { name: 'agents', subResource: 'proxy', resource: services };
    const cluster = knownCluster([proxied, open]);
    const all = answering('Allowed', cluster);
    expect((await connect(request, all.settings)).allowed).toBe(true);
    expect(all.ask.mock.calls.map(([, role]) => role)).toEqual(['data-analyst', 'open']);
    const one = answering('Allowed', cluster);
    one.ask.mockImplementation((_user, role) => Promise.resolve(role === 'open' ? 'Denied' : 'Allowed'));
    const verdict = await connect(request, one.settings);
    expect(verdict).toMatchObject({
      allowed: false,
      message: expect.stringContaining('agentroles.cloister.dev/open'),
    });
  });

  test.for([
    ['the role does not have the access', 'shut'],
    ['the tenant has dropped the role', 'dropped'],
    ['the pod is not known', 'nobody'],
  ] as const)('and the API server is not asked where %s', async ([, name]) => {
    const { ask, settings } = answering('Allowed');
    expect((await connect({ name, subResource: 'exec' }, settings)).allowed).toBe(false);
    expect(ask).not.toHaveBeenCalled();
  });

  test.for([
    ['system:serviceaccount:acme-agents:ci', false],
    ['system:serviceaccount:elsewhere:ci', true],
  ] as const)(
    '%s is the genuine user: %s, since edit may impersonate those of the tenant',
    async ([username, allowed]) => {
      expect((await connect({ ...exec, userInfo: { username } })).allowed).toBe(allowed);
    },
  );
});

test('a pod is reviewed without the API server, and at once', () => {
  const { ask, settings } = answering('Allowed', knownCluster());
  expect(review(buildAdmissionReview({ object: buildPod() }).request, settings)).toEqual({ allowed: true });
  expect(ask).not.toHaveBeenCalled();
});
