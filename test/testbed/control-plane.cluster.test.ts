import { createServer } from 'node:https';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { useControlPlane } from './use-control-plane.ts';

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  namespace = await controlPlane.createNamespace('testbed');
});

const pod = (name: string, securityContext: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'main', image: 'example.com/main', securityContext }] },
});

test('the API server is the pinned minor version', async () => {
  const { stdout } = await controlPlane.kubectl(['version', '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ serverVersion: { major: '1', minor: '37' } });
});

test('a privileged pod reaches admission and is stored where no policy forbids it', async () => {
  await expect(controlPlane.apply([pod('privileged', { privileged: true })])).resolves.toBeUndefined();
});

test('Pod Security refuses it in a namespace that enforces restricted', async () => {
  const strict = await controlPlane.createNamespace('testbed', {
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
  const refused = {
    ...pod('privileged', { privileged: true }),
    metadata: { name: 'privileged', namespace: strict },
  };
  await expect(controlPlane.apply([refused])).rejects.toThrow('violates PodSecurity "restricted:latest"');
});

test('the controllers give a namespace its ServiceAccount and fill the role edit', async () => {
  const name = `${namespace}-plain`;
  await controlPlane.kubectl(['create', 'namespace', name]);
  const account = ['wait', '--for=create', '--timeout=30s', `--namespace=${name}`, 'serviceaccount/default'];
  expect(await controlPlane.kubectl(account)).toMatchObject({ code: 0 });
  const edit = await controlPlane.kubectl(['get', 'clusterrole', 'edit', '-o', 'jsonpath={.rules}']);
  expect(edit.stdout).toContain('deployments');
});

test('a deleted namespace goes away, so its controller works', async () => {
  const name = await controlPlane.createNamespace('testbed');
  const deletion = ['delete', 'namespace', name, '--timeout=30s'];
  expect(await controlPlane.kubectl(deletion)).toMatchObject({ code: 0 });
});

describe('users', () => {
  const whoAmI = async (user: string): Promise<unknown> => {
    const { stdout } = await controlPlane.kubectl(['auth', 'whoami', '-o', 'json'], { user });
    const { status } = JSON.parse(stdout) as { status: { userInfo: unknown } };
    return status.userInfo;
  };

  test('the operator is the ServiceAccount that the chart installs', async () => {
    expect(await whoAmI('operator')).toMatchObject({
      username: 'system:serviceaccount:cloister-system:cloister-operator',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:cloister-system', 'system:authenticated'],
    });
  });

  test('a name that was not made ahead is impersonated', async () => {
    expect(await whoAmI('alice')).toMatchObject({ username: 'alice', groups: ['system:authenticated'] });
  });

  test.for(['editor', 'nobody', 'operator', 'alice'])(
    '%s has no rights until they are bound',
    async (user) => {
      const result = await controlPlane.kubectl(['get', 'pods', '-n', namespace], { user });
      expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('Forbidden') });
    },
  );
});

test('a webhook on a loopback address is called and obeyed', async () => {
  // The API server's own certificate names 127.0.0.1, which is all that a webhook needs here.
  const read = (file: string): Promise<string> =>
    readFile(join(controlPlane.connection.folder, 'apiserver', file), 'utf8');
  const server = createServer({ cert: await read('apiserver.crt'), key: await read('apiserver.key') });
  server.on('request', async (request, response) => {
    const review = JSON.parse(await text(request)) as { request: { uid: string } };
    const answer = { uid: review.request.uid, allowed: false, status: { message: 'seen by the webhook' } };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
    );
  });
  const port = await freePort('127.0.0.1');
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'testbed.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(controlPlane.certificateAuthority).toString('base64'),
        },
      },
    ],
  };
  try {
    await controlPlane.apply([configuration]);
    const create = (name: string) => controlPlane.kubectl(['create', 'configmap', name, '-n', namespace]);
    // The API server sees a new configuration a moment later.
    await expect
      .poll(async () => (await create(`c-${performance.now()}`)).stderr, { timeout: 20_000, interval: 200 })
      .toContain('seen by the webhook');
  } finally {
    await controlPlane.kubectl(['delete', 'validatingwebhookconfiguration', namespace]);
    server.close();
  }
});
