import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';
import { createLog } from '../../src/lib/log.ts';
import { createCertificateManager } from '../../src/certificates/certificate-manager.ts';
import {
  type CertificateObjects,
  certificateObjectsIn,
  createKubernetesCertificateStore,
} from '../../src/certificates/kubernetes-certificate-store.ts';
import { runWebhook } from '../webhook/running-webhook.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

const DAY = 24 * 60 * 60 * 1000;
const log = createLog({ program: 'webhook', level: 'silent' });
const controlPlane = useControlPlane();

type Configuration = KubeObject & { webhooks: object[] };
type ConfigMap = KubeObject & { data: Record<string, string> };

let client: KubeClient;
let objects: CertificateObjects;

beforeEach(async () => {
  client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  const namespace = await controlPlane.createNamespace('certificates');
  const suffix = randomBytes(4).toString('hex');
  objects = {
    ...certificateObjectsIn(namespace),
    mutating: [`explain-${suffix}`],
    validating: [`decide-${suffix}`],
  };
});

afterEach(async () => {
  const name = objects.validating[0]!;
  await client.delete(resources.validatingWebhookConfigurations, { name }).catch(() => {});
  await client.close();
});

/** Registers two webhooks for ConfigMaps of the test's namespace. */
async function register(port: number): Promise<void> {
  const webhook = (name: string) => ({
    name: `${name}.cloister.dev`,
    clientConfig: { url: `https://127.0.0.1:${port}/decide` },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    timeoutSeconds: 5,
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': objects.namespace } },
    matchConditions: [{ name: 'ours', expression: 'object.metadata.name.startsWith("reviewed")' }],
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
  });
  await client.create<Configuration>(resources.validatingWebhookConfigurations, {
    metadata: { name: objects.validating[0] },
    webhooks: [webhook('first'), webhook('second')],
  });
}

function createManager(
  now: () => number,
  onCertificate: Parameters<typeof createCertificateManager>[0]['onCertificate'],
) {
  const store = createKubernetesCertificateStore(client, objects);
  return createCertificateManager({ store, hosts: ['127.0.0.1'], log, now, onCertificate });
}

test('replicas that start together agree on one authority', async () => {
  const managers = Array.from({ length: 4 }, () => createManager(Date.now, () => {}));
  await Promise.all(managers.map((manager) => manager.check()));
  expect(new Set(managers.map((manager) => manager.status().serving?.signedBy)).size).toBe(1);
  const name = { namespace: objects.namespace, name: objects.configMap };
  const { data } = await client.get<ConfigMap>(resources.configMaps, name);
  expect(data['bundle.crt']).toBe(managers[0]!.status().bundle);
  expect(data['ca.crt']).toBe(data['bundle.crt']);
});

test('the empty Secret of a chart is filled, and its labels stay', async () => {
  const metadata = { namespace: objects.namespace, name: objects.secret, labels: { owner: 'chart' } };
  await client.create(resources.secrets, { metadata });
  await createManager(Date.now, () => {}).check();
  const secret = await client.get<KubeObject & { data: object }>(resources.secrets, metadata);
  expect(secret.metadata.labels).toEqual({ owner: 'chart' });
  expect(Object.keys(secret.data).sort()).toEqual(['ca.crt', 'ca.key']);
});

test('what somebody else keeps in the Secret is not overwritten', async () => {
  const metadata = { namespace: objects.namespace, name: objects.secret };
  await client.create(resources.secrets, { metadata, stringData: { 'tls.crt': 'theirs' } } as KubeObject);
  await expect(createManager(Date.now, () => {}).check()).rejects.toThrow(objects.secret);
  const { data } = await client.get<KubeObject & { data: object }>(resources.secrets, metadata);
  expect(Object.keys(data)).toEqual(['tls.crt']);
});

test('the API server calls the webhook through a whole rotation, and no call fails', async () => {
  const webhook = await runWebhook();
  await register(webhook.port);
  // The clock begins in the past, so that everything made on the way is valid for the API server's clock at the end.
  const end = Date.now();
  let now = end - 246 * DAY;
  const manager = createManager(
    () => now,
    (certificate) => webhook.server.useCertificate(certificate),
  );
  await manager.check();
  now = end - 46 * DAY;
  await manager.check();
  await expect.poll(() => isCreated('reviewed'), { timeout: 10_000 }).toBe(true);

  const state = { stopped: false, created: 0, failures: 0 };
  const senders = [1, 2, 3].map(async (sender) => {
    while (!state.stopped) {
      state.created += 1;
      if (!(await isCreated(`reviewed-${sender}-${state.created}`))) state.failures += 1;
    }
  });
  const bundles = [countCertificates(manager.status().bundle)];
  for (const time of [end - 2 * DAY, end]) {
    now = time;
    await manager.check();
    bundles.push(countCertificates(manager.status().bundle));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { serving, authority } = manager.status();
  state.stopped = true;
  await Promise.all(senders);
  await webhook.stop();
  expect(state.failures).toBe(0);
  expect(state.created).toBeGreaterThan(10);
  expect(bundles).toEqual([1, 2, 2]);
  expect(serving?.signedBy).toBe(authority?.fingerprint);
});

/** Asks for a ConfigMap that the webhook reviews; nothing is stored. */
async function isCreated(name: string): Promise<boolean> {
  const object = { metadata: { namespace: objects.namespace, name } };
  try {
    await client.create<KubeObject>(resources.configMaps, object, { dryRun: true, maxAttempts: 1 });
    return true;
  } catch {
    return false;
  }
}

function countCertificates(bundle: string): number {
  return bundle.split('BEGIN CERTIFICATE').length - 1;
}
