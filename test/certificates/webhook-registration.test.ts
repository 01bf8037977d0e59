import { describe, expect, test, vi } from 'vitest';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { resources } from '../../src/kube/resources.ts';
import { readRegisteredBundles, registerBundle } from '../../src/certificates/webhook-registration.ts';

const REGISTRATION = { resource: resources.validatingWebhookConfigurations, name: 'cloister-decide' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function clientWith(webhooks: readonly object[] | null) {
  const patch = vi.fn<(...args: readonly unknown[]) => Promise<unknown>>(() => Promise.resolve({}));
  const get = (): Promise<unknown> =>
    webhooks === null
      ? Promise.reject(new KubeError('gone', { reason: 'NotFound' }))
      : Promise.resolve({ metadata: { name: 'cloister-decide', resourceVersion: '42' }, webhooks });
  return { patch, client: { get, patch } as unknown as KubeClient };
}

const webhook = (name: string, caBundle?: string) => ({
  name,
  clientConfig: { url: `https://127.0.0.1/${name}`, caBundle },
  failurePolicy: 'Fail',
});

describe('a registration', () => {
  test('gets the bundle in every webhook, which otherwise stays, under the version that was read', async () => {
    const { client, patch } = clientWith([webhook('a'), webhook('b', base64('old'))]);
    await registerBundle(client, REGISTRATION, 'new');
    const changed = [webhook('a', base64('new')), webhook('b', base64('new'))];
    expect(patch.mock.calls).toEqual([
      [REGISTRATION.resource, { name: 'cloister-decide' }, { webhooks: changed }, { resourceVersion: '42' }],
    ]);
  });

  test('is written where one webhook of two has another bundle', async () => {
    const { client, patch } = clientWith([webhook('a', base64('new')), webhook('b', base64('old'))]);
    await registerBundle(client, REGISTRATION, 'new');
    expect(patch).toHaveBeenCalledTimes(1);
  });

  test.for([
    ['it has the bundle already', [webhook('a', base64('new'))]],
    ['it has no webhooks', []],
    ['it does not exist', null],
  ] as const)('is not written where %s', async ([, webhooks]) => {
    const { client, patch } = clientWith(webhooks);
    await registerBundle(client, REGISTRATION, 'new');
    expect(patch).not.toHaveBeenCalled();
  });

  test('that somebody else changed in between is a conflict, not overwritten', async () => {
    const { client, patch } = clientWith([webhook('a')]);
    patch.mockRejectedValue(new KubeError('changed', { reason: 'Conflict' }));
    await expect(registerBundle(client, REGISTRATION, 'new')).rejects.toThrow('changed');
  });

  test('shows the bundle of every webhook, empty where there is none', async () => {
    const { client } = clientWith([webhook('a'), webhook('b', base64('old'))]);
    expect(await readRegisteredBundles(client, REGISTRATION)).toEqual(['', 'old']);
    expect(await readRegisteredBundles(clientWith(null).client, REGISTRATION)).toEqual([]);
  });
});
