import { describe, expect, test } from 'vitest';
import { denyAll } from './network-policies.ts';
import { NODE_ADDRESS } from './node-network.ts';
import { startNode, type StartedNode } from './start-node.ts';
import { canConnect, startPods } from './test-pods.ts';

const labels = { app: 'agent' };

/** The link-local address (RFC 4291, appendix A) of the pod's router, whose hardware address the pod knows by ARP. */
async function routerAddress(node: StartedNode, pod: { namespace: string; pod: string }): Promise<string> {
  const { stdout } = await node.exec(pod, ['cat', '/proc/net/arp']);
  const hardware = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/.exec(stdout)?.[0] ?? '';
  const [first = 0, ...rest] = hardware.split(':').map((part) => Number.parseInt(part, 16));
  const bytes = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return `fe80::${Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(.{4})(?=.)/g, '$1:')}%eth0`;
}

/** Until it has an address of its own, which a kernel gives a new interface a second after it is up, a pod reaches no neighbour. */
async function hasLinkLocalAddress(
  node: StartedNode,
  pod: { namespace: string; pod: string },
): Promise<boolean> {
  const { stdout } = await node.exec(pod, ['cat', '/proc/net/if_inet6']);
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  // The fifth column has the flags; 40 is IFA_F_TENTATIVE (RFC 4862, section 5.4).
  return lines.some(
    ([address = '', , , , flags = '', name]) =>
      name === 'eth0' && address.startsWith('fe80') && (Number.parseInt(flags, 16) & 0x40) === 0,
  );
}

describe.for([
  { linkLocalGuard: true, meaning: 'closed' },
  { linkLocalGuard: false, meaning: 'open' },
])('with linkLocalGuard: $linkLocalGuard', ({ linkLocalGuard, meaning }) => {
  test(`under a default deny the node is ${meaning} by its link-local address`, async () => {
    const node = await startNode({ linkLocalGuard });
    try {
      const namespace = await node.createNamespace('link-local');
      await node.apply(denyAll(namespace, labels));
      await startPods(node, [{ namespace, name: 'agent', labels }]);
      const agent = { namespace, pod: 'agent' };
      // By IPv4 it is closed; the attempt also makes the router known.
      await expect.poll(() => canConnect(node, agent, NODE_ADDRESS, 10_250), { timeout: 10_000 }).toBe(false);
      const router = await routerAddress(node, agent);
      await expect.poll(() => hasLinkLocalAddress(node, agent), { timeout: 10_000 }).toBe(true);
      for (const port of [6443, 10_250]) {
        expect(await canConnect(node, agent, router, port), `port ${port}`).toBe(!linkLocalGuard);
      }
    } finally {
      await node.stop();
    }
  });
});
