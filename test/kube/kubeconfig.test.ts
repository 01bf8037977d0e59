import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import { resources } from '../../src/kube/resources.ts';
import { createScratchFolder } from './scratch-folder.ts';

async function write(content: string): Promise<string> {
  const file = join(await createScratchFolder(), 'kubeconfig');
  await writeFile(file, content);
  return file;
}

function config(cluster: object, user: object = {}): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'here' } }],
    clusters: [{ name: 'here', cluster }],
    users: [{ name: 'here', user }],
  });
}

test.for([
  { what: 'a file that is not there', content: undefined, says: /cannot read .*absent: ENOENT/ },
  { what: 'a file that is no YAML', content: '{', says: /cannot read .*kubeconfig: / },
  {
    what: 'a context without a cluster',
    content: '{"current-context":"x"}',
    says: /no cluster for the context "x"/,
  },
])('$what is named', async ({ content, says }) => {
  const kubeconfig = content === undefined ? '/nowhere/absent' : await write(content);
  await expect(createKubeClient({ kubeconfig })).rejects.toMatchObject({
    name: 'KubeError',
    reason: 'Configuration',
    message: expect.stringMatching(says),
  });
});

test.for([
  {
    what: 'a missing certificate authority',
    content: config({ server: 'https://127.0.0.1:1', 'certificate-authority': '/nowhere/ca.crt' }),
    says: /credentials of the kubeconfig's user "here": ENOENT/,
  },
  {
    what: 'a SOCKS proxy',
    content: config({ server: 'https://127.0.0.1:1', 'proxy-url': 'socks5://127.0.0.1:2' }),
    says: /SOCKS proxy: use an HTTP proxy/,
  },
  {
    what: 'plain HTTP that was not asked for',
    content: config({ server: 'http://127.0.0.1:1' }),
    says: /HTTP protocol is not allowed/,
  },
])('$what is named when the first request needs it', async ({ content, says }) => {
  const client = await createKubeClient({ kubeconfig: await write(content) });
  const answer = client.get(resources.nodes, { name: 'one' });
  await expect(answer).rejects.toMatchObject({
    reason: 'Configuration',
    message: expect.stringMatching(says),
  });
});

test('the files of $KUBECONFIG are merged, and come before the one in the home directory', async () => {
  const home = await createScratchFolder();
  await mkdir(join(home, '.kube'));
  await writeFile(join(home, '.kube', 'config'), config({ server: 'https://home.example:1' }));
  const environment = { HOME: home, KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

  const fromHome = await createKubeClient({ environment });
  expect(fromHome.server).toBe('https://home.example:1/');

  const context = await write('{"current-context":"here"}');
  const cluster = await write(config({ server: 'https://named.example:1' }));
  const KUBECONFIG = [context, cluster].join(delimiter);
  const fromVariable = await createKubeClient({ environment: { ...environment, KUBECONFIG } });
  expect(fromVariable.server).toBe('https://named.example:1/');
});

test('without a kubeconfig and outside a pod it is said what to set', async () => {
  const environment = { HOME: await createScratchFolder() };
  await expect(createKubeClient({ environment })).rejects.toMatchObject({
    reason: 'Configuration',
    message: expect.stringMatching(/no cluster is configured: .*KUBECONFIG.*KUBERNETES_SERVICE_HOST/),
  });
});
