import { describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../src/certificates/issue.ts';
import {
  certificateObjectsIn,
  createKubernetesCertificateStore,
} from '../../src/certificates/kubernetes-certificate-store.ts';
import { KubeError, type KubeErrorReason } from '../../src/kube/kube-error.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';

const SECRET = 'secrets/cloister-webhook-ca';
const CONFIG_MAP = 'configmaps/cloister-ca';
const REGISTRATIONS = [
  'mutatingwebhookconfigurations/zz-cloister-explain',
  'validatingwebhookconfigurations/cloister-decide',
];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const current = await createCertificateAuthority(Date.now());
const next = await createCertificateAuthority(Date.now());
const ONE = { current, next: null, previous: null };
const TWO = { current, next, previous: null };
const BUNDLE = current.certificate + next.certificate;

function createStore() {
  const memory = createMemoryKubeClient();
  const store = createKubernetesCertificateStore(memory.client, certificateObjectsIn('cloister-system'));
  return { memory, store };
}

describe('the Secret of the authorities', () => {
  test('does not exist at first, is created, and is read back with its version', async () => {
    const { store, memory } = createStore();
    expect(await store.read()).toEqual({ authorities: null, version: null });
    expect(await store.write(ONE, null)).toBe(true);
    expect(memory.writes).toMatchObject([
      { verb: 'create', what: SECRET, body: { metadata: { namespace: 'cloister-system' }, type: 'Opaque' } },
    ]);
    const { authorities, version } = await store.read();
    expect([authorities?.current.certificate, version]).toEqual([current.certificate, '1']);
  });

  test('is changed only under the version that was read', async () => {
    const { store, memory } = createStore();
    expect(await store.write(TWO, '41')).toBe(true);
    expect(memory.writes).toMatchObject([
      { verb: 'patch', what: SECRET, options: { resourceVersion: '41' }, body: { data: {} } },
    ]);
  });

  test.for<[KubeErrorReason, string | null]>([
    ['AlreadyExists', null],
    ['Conflict', '41'],
    ['NotFound', '41'],
  ])(
    'that another replica wrote first (%s) is a race that was lost, and no fault',
    async ([reason, version]) => {
      const { store, memory } = createStore();
      memory.failWith = () => new KubeError('lost', { reason });
      expect(await store.write(ONE, version)).toBe(false);
    },
  );

  test.for([null, '41'])('that may not be written is a fault', async (version) => {
    const { store, memory } = createStore();
    memory.failWith = () => new KubeError('no right to write', { reason: 'Forbidden' });
    await expect(store.write(ONE, version)).rejects.toThrow('no right to write');
  });
});

describe('a bundle', () => {
  const register = (memory: ReturnType<typeof createMemoryKubeClient>, caBundle: string): void => {
    for (const what of REGISTRATIONS) {
      const webhooks = [{ name: 'a', clientConfig: { caBundle } }];
      memory.put(what, { metadata: { name: what.split('/')[1] ?? '' }, webhooks } as KubeObject);
    }
  };

  test('is published in both registrations first and in the ConfigMap then', async () => {
    const { store, memory } = createStore();
    register(memory, '');
    await store.publish(TWO);
    expect(memory.writes.map(({ what }) => what)).toEqual([...REGISTRATIONS, CONFIG_MAP]);
    for (const write of memory.writes.slice(0, 2)) {
      expect(write).toMatchObject({
        body: { webhooks: [{ clientConfig: { caBundle: base64(BUNDLE) } }] },
        options: { resourceVersion: '1' },
      });
    }
    expect(memory.writes[2]?.body).toMatchObject({
      metadata: { namespace: 'cloister-system' },
      data: { 'ca.crt': current.certificate, 'bundle.crt': BUNDLE },
    });
  });

  test('is read at each place; a ConfigMap that does not exist is an empty one', async () => {
    const { store, memory } = createStore();
    expect(await store.readBundles()).toEqual(['']);
    register(memory, base64('registered'));
    memory.put(CONFIG_MAP, { metadata: {}, data: { 'bundle.crt': 'published' } } as KubeObject);
    expect(await store.readBundles()).toEqual(['published', 'registered', 'registered']);
  });
});
