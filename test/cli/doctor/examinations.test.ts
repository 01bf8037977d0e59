import { describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../../src/certificates/issue.ts';
import { examineClock } from '../../../src/cli/doctor/examine-clock.ts';
import { examineEgress } from '../../../src/cli/doctor/examine-egress.ts';
import { examineRights } from '../../../src/cli/doctor/examine-rights.ts';
import type { ExaminationContext } from '../../../src/cli/doctor/finding.ts';
import { judgeAuthorities } from '../../../src/cli/doctor/judge-authorities.ts';
import { describeRight, OPERATOR_RIGHTS } from '../../../src/cli/doctor/operator-rights.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

const NOW = Date.UTC(2030, 0, 1);
const DAY = 24 * 3_600_000;
const CONTEXT: ExaminationContext = {
  now: () => NOW,
  readServerTime: () => Promise.resolve(NOW),
  vaultFlags: {},
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('what the API server trusts the webhook by', () => {
  const authority = createCertificateAuthority(NOW);
  const older = createCertificateAuthority(NOW - 360 * DAY);
  const bundle = async (...all: readonly (typeof authority)[]) =>
    base64((await Promise.all(all)).map(({ certificate }) => certificate).join(''));

  test.for([
    [
      'is valid',
      () => bundle(authority),
      0,
      'Passed',
      'is valid until 2031-01-01T00:00:00Z, 365 days from now',
    ],
    [
      'is valid by the younger of two',
      () => bundle(older, authority),
      0,
      'Passed',
      'is valid until 2031-01-01',
    ],
    [
      'nears its end',
      () => bundle(older),
      0,
      'Failed',
      'in 5 days, and was not replaced. The webhook replaces it',
    ],
    [
      'has ended',
      () => bundle(older),
      10 * DAY,
      'Failed',
      'ended at 2030-01-06T00:00:00Z, so the API server',
    ],
    ['has not begun', () => bundle(authority), -30 * DAY, 'Failed', 'is not valid yet: a clock is wrong'],
    ['is no certificate', () => base64('hello'), 0, 'Failed', 'holds no certificate that can be read'],
    [
      'is a certificate that cannot be read',
      () => base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      0,
      'Failed',
      'holds no certificate that can be read',
    ],
  ] as const)('%s', async ([, caBundle, offset, state, message]) => {
    expect(judgeAuthorities('it', await caBundle(), NOW + offset)).toEqual({
      subject: 'it',
      state,
      message: expect.stringContaining(message),
    });
  });
});

describe('the clock of the API server', () => {
  const { client } = createMemoryKubeClient();
  test.for([
    ['is that of this machine', 0, 'Passed', 'agrees'],
    ['is a little ahead', 4_000, 'Passed', 'agrees'],
    ['is a little behind', -4_000, 'Passed', 'agrees'],
    ['is ahead', 90_000, 'Failed', 'is at least 90 s ahead of that of this machine. Have both kept by NTP'],
    ['is behind', -91_000, 'Failed', 'is at least 90 s behind that of this machine. Have both kept by NTP'],
  ] as const)('%s', async ([, offset, state, message]) => {
    const context = { ...CONTEXT, readServerTime: () => Promise.resolve(NOW + offset) };
    expect(await examineClock(client, context)).toMatchObject([
      { state, message: expect.stringContaining(message) },
    ]);
  });

  test('may answer late', async () => {
    const times = [NOW, NOW + 60_000];
    const context = {
      ...CONTEXT,
      now: () => times.shift() ?? 0,
      readServerTime: () => Promise.resolve(NOW + 30_000),
    };
    expect(await examineClock(client, context)).toMatchObject([{ state: 'Passed' }]);
  });

  test('that cannot be read is unread', async () => {
    const error = new KubeError('no answer', { reason: 'Timeout' });
    const context = { ...CONTEXT, readServerTime: () => Promise.reject(error) };
    expect(await examineClock(client, context)).toMatchObject([{ state: 'Unread', message: 'no answer' }]);
  });
});

describe('the network of the cluster', () => {
  const sandbox = (name: string, status: string, reason: string, message = 'Because.'): KubeObject =>
    ({
      metadata: { name, namespace: 'acme' },
      status: { conditions: [{ type: 'EgressClosed', status, reason, message }] },
    }) as KubeObject;
  const CLOSED = sandbox('closed', 'True', 'Closed');
  const OPEN = sandbox('open', 'False', 'FoundOpen', 'The start gate reached 1.1.1.1:443.');
  const NO_GATE = sandbox('no-gate', 'Unknown', 'NotProven');

  test.for([
    [
      'without a sandbox is not proven',
      [],
      'Noted',
      'is not proven: no start gate has reported. Run a sandbox',
    ],
    ['without a start gate is not proven', [NO_GATE], 'Noted', 'is not proven'],
    ['that a start gate found closed is', [NO_GATE, CLOSED], 'Passed', 'EgressClosed holds for 1 sandbox'],
    [
      'that one start gate found open is not',
      [CLOSED, OPEN],
      'Failed',
      'AgentSandbox acme/open is open (FoundOpen): The start gate reached 1.1.1.1:443.',
    ],
    ['names no more than five that are open', Array(7).fill(OPEN), 'Failed', ' And 2 more. '],
  ] as const)('%s', async ([, sandboxes, state, message]) => {
    const { client } = createMemoryKubeClient({ agentsandboxes: sandboxes as readonly KubeObject[] });
    expect(await examineEgress(client, CONTEXT)).toMatchObject([
      { state, message: expect.stringContaining(message) },
    ]);
  });
});

describe('the rights of the operator', () => {
  const { client } = createMemoryKubeClient();
  const answering = (allowed: (right: { readonly verb: string }) => boolean): KubeClient => ({
    ...client,
    create: (_resource, object) => {
      const { resourceAttributes } = (object as unknown as { spec: { resourceAttributes: { verb: string } } })
        .spec;
      return Promise.resolve({ ...object, status: { allowed: allowed(resourceAttributes) } });
    },
  });

  test('are all there', async () => {
    expect(
      await examineRights(
        answering(() => true),
        CONTEXT,
      ),
    ).toMatchObject([{ state: 'Passed', message: `has the ${OPERATOR_RIGHTS.length} that it needs` }]);
  });

  test('that are missing are named', async () => {
    const [finding] = await examineRights(
      answering(({ verb }) => verb !== 'bind'),
      CONTEXT,
    );
    expect(finding).toMatchObject({
      state: 'Failed',
      message:
        'lacks: bind clusterroles.rbac.authorization.k8s.io cloister-gateway, bind clusterroles.rbac.authorization.k8s.io cloister-gateway-pods, bind clusterroles.rbac.authorization.k8s.io cloister-operator-secrets, bind clusterroles.rbac.authorization.k8s.io cloister-gateway-tokens. Upgrade the chart with the same values to restore them',
    });
  });

  test('are not there where the API server does not say so', async () => {
    expect(
      await examineRights({ ...client, create: (_resource, object) => Promise.resolve(object) }, CONTEXT),
    ).toMatchObject([{ state: 'Failed' }]);
  });

  test('have names', () => {
    const names = OPERATOR_RIGHTS.map(describeRight);
    expect(names).toContain('patch agentsandboxes.cloister.dev/status');
    expect(names).toContain('get services cloister-webhook in cloister-system');
    expect(new Set(names).size).toBe(names.length);
  });
});
