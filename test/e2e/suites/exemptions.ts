import { beforeAll, describe, expect, test, vi } from 'vitest';
import { DIGEST } from '../../build/pod.ts';
import { readSampleObject } from '../../demo/samples.ts';
import type { APIAnswer } from '../../testbed/api-request.ts';
import { inUse } from '../in-use.ts';
import { compliantPod, podsPath, startGateDigest } from '../samples.ts';
import { TENANTS } from '../tenants.ts';

const HOME = 'acme-agents';
const PATIENCE = { timeout: 15_000, interval: 50 };

/** A pod that would look names up by itself, which `dns` refuses; it is never stored. */
const ask = (changes: Readonly<Record<string, unknown>> = {}): Promise<APIAnswer> =>
  inUse.calls.create(
    `${podsPath(HOME)}?dryRun=All`,
    compliantPod('exempt', { '/spec/dnsPolicy': 'ClusterFirst', '/spec/dnsConfig': undefined, ...changes }),
  );

function exemption(expirationTime: string): object {
  return {
    namespace: HOME,
    serviceAccount: 'hermes',
    images: [DIGEST, startGateDigest()],
    checks: ['dns'],
    reason: 'resolves names by itself until it is moved behind the gateway',
    expirationTime,
  };
}

const exempt = (exemptions: readonly object[]): Promise<unknown> =>
  inUse.calls.merge(`${TENANTS}/acme`, { spec: { exemptions } });

beforeAll(() => {
  expect(readSampleObject('tenant-acme.yaml')['spec']).not.toHaveProperty('exemptions');
});

describe('an exemption', () => {
  test('is needed: without it the pod is refused', async () => {
    expect((await ask()).message).toMatch(/- dns:/);
  });

  test('lets its pod through the webhook and the policy inside the API server', async () => {
    await exempt([exemption('2099-01-01T00:00:00Z')]);
    await vi.waitFor(async () => expect(await ask()).toMatchObject({ status: 201 }), PATIENCE);
  });

  test.for<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ['another check', { '/spec/schedulerName': 'other' }, /- scheduling:/],
    [
      'another image',
      { '/spec/containers/0/image': `ghcr.io/acme/hermes@sha256:${'cd'.repeat(32)}` },
      /- dns:/,
    ],
    ['another ServiceAccount', { '/spec/serviceAccountName': 'default' }, /- dns:/],
  ])('does not cover %s', async ([, changes, message]) => {
    expect((await ask(changes)).message).toMatch(message);
  });

  test('ends at its time', async () => {
    await exempt([exemption(new Date(Date.now() + 2_000).toISOString())]);
    await vi.waitFor(async () => expect((await ask()).message).toMatch(/- dns:/), PATIENCE);
    const namespace = async () => (await inUse.calls.read(`/api/v1/namespaces/${HOME}`)).object['metadata'];
    await vi.waitFor(
      async () => expect(JSON.stringify(await namespace())).not.toContain('"cloister.dev/exemptions"'),
      PATIENCE,
    );
  });

  test('cannot be written on the namespace by anybody but the operator', async () => {
    const annotations = { 'cloister.dev/exemptions': `hermes dns ${DIGEST},${startGateDigest()}` };
    const answer = await inUse.calls.merge(`/api/v1/namespaces/${HOME}`, { metadata: { annotations } });
    expect(answer.message).toContain("'cloister-namespaces'");
  });
});
