import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import { createRoleCache } from '../../src/cluster/caches.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { startLoopbackServer } from '../kube/loopback-server.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

test('a role that can no longer be read is no role, and not the one that it was', async () => {
  const role = buildAgentRole();
  const before = { ...role, metadata: { ...role.metadata, uid: 'a', resourceVersion: '1' } };
  const unreadable = {
    ...role,
    metadata: { ...role.metadata, uid: 'a', resourceVersion: '2' },
    spec: { sandbox: { images: 'none' } },
  };
  const watching = Promise.withResolvers<ServerResponse>();
  const server = await startLoopbackServer((response, _number, { url = '' }) => {
    if (!url.includes('watch=true')) {
      response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [before] }));
      return;
    }
    response.flushHeaders();
    watching.resolve(response);
  });
  const client = await createKubeClient({ kubeconfig: await writeProxiedKubeconfig(server.url, 'token') });
  const roles = createRoleCache({ client, logger });
  roles.start();
  await roles.whenSynced();
  expect(roles.role('minimal')?.name).toBe('minimal');
  (await watching.promise).write(`${JSON.stringify({ type: 'MODIFIED', object: unreadable })}\n`);
  await vi.waitFor(() => expect(logger.error).toHaveBeenCalled());
  expect(roles.role('minimal')).toBeNull();
  await roles.stop();
  await client.close();
  await server.close();
});
