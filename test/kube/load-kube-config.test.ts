import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  expect(() => createKubeClient({ kubeconfig })).toThrow(
    expect.objectContaining({ reason: 'Configuration', message: expect.stringMatching(says) }),
  );
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
  const client = createKubeClient({ kubeconfig: await write(content) });
  const answer = client.get(resources.nodes, { name: 'one' });
  await expect(answer).rejects.toMatchObject({
    reason: 'Configuration',
    message: expect.stringMatching(says),
  });
});
