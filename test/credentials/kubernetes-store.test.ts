import { describe, expect, test } from 'vitest';
import { createKubernetesStore } from '../../src/credentials/kubernetes-store.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { callerOf } from './scripted-store.ts';

const KEY = 'sk-the-key-of-acme';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Reads a Secret that has the data, or whose read ends with the error. */
async function read(found: Readonly<Record<string, string>> | Error, signal = new AbortController().signal) {
  const asked: unknown[] = [];
  const get = (resource: { readonly plural: string }, name: object): Promise<unknown> => {
    asked.push({ plural: resource.plural, ...name });
    return found instanceof Error ? Promise.reject(found) : Promise.resolve({ metadata: {}, data: found });
  };
  const client = { get } as unknown as Pick<KubeClient, 'get'>;
  const store = createKubernetesStore({ client, namespace: 'cloister-t-acme' });
  const binding = { name: 'openai', kubernetesSecret: { name: 'openai-key', key: 'api_key' } };
  const secret = await store.read(binding, callerOf(), signal);
  expect(asked).toEqual([{ plural: 'secrets', namespace: 'cloister-t-acme', name: 'openai-key' }]);
  return secret;
}

describe('the store of Secrets', () => {
  test('reads the bound Secret of the system namespace by its name', async () => {
    const secret = await read({ api_key: base64(KEY), ttl: base64('60') });
    expect('values' in secret && secret.values['value']?.reveal()).toBe(KEY);
    expect(secret).toMatchObject({ ttlMilliseconds: 60_000 });
  });

  test.each<[string, Readonly<Record<string, string>> | Error, string]>([
    ['has not the key', { other: base64(KEY) }, 'CredentialMissing'],
    ['has no text', { api_key: Buffer.from([0xff, 0xfe]).toString('base64') }, 'CredentialUnusable'],
    ['does not exist', new KubeError('not found', { reason: 'NotFound' }), 'CredentialMissing'],
    ['may not be read', new KubeError('forbidden', { reason: 'Forbidden' }), 'CredentialDenied'],
    ['does not come', new KubeError('timed out', { reason: 'Timeout' }), 'CredentialStoreUnavailable'],
  ])('gives no credential where the Secret %s', async (_title, found, reason) => {
    const secret = await read(found);
    expect(secret).toMatchObject({ problem: { reason } });
    expect(JSON.stringify(secret)).not.toContain(KEY);
    expect('problem' in secret && secret.problem.message).not.toContain('openai-key');
  });

  test('ends with the reason of the signal', async () => {
    const controller = new AbortController();
    controller.abort(new Error('gone'));
    await expect(read(new Error('aborted'), controller.signal)).rejects.toThrow('gone');
  });
});
