import { describe, expect, test } from 'vitest';
import type { GateLimits } from '../../src/gate/run-gate.ts';
import { canRun } from '../testbed/can-run.ts';
import { missingForNamespaces, NODE_ADDRESS, POD_ADDRESS, runScenario } from './node-and-pod.ts';

/** For scenarios that end by themselves. */
const PATIENT: GateLimits = {
  totalMilliseconds: 30_000,
  attemptMilliseconds: 1000,
  askMilliseconds: 5000,
  pauseMilliseconds: 100,
};
/** For scenarios that never pass. */
const SHORT: GateLimits = { ...PATIENT, totalMilliseconds: 6000 };

const NODE_PORTS = [53, 6443, 10_250];
const PORTS = `{ ${NODE_PORTS.join(', ')} }`;
const POLICY = [
  `ip saddr ${POD_ADDRESS} tcp dport ${PORTS} drop`,
  `ip saddr ${POD_ADDRESS} udp dport ${PORTS} drop`,
];
const LINK_LOCAL_GUARD = [
  `ip6 saddr fe80::/10 tcp dport ${PORTS} drop`,
  `ip6 saddr fe80::/10 udp dport ${PORTS} drop`,
];

/** Without the hardware address, which is another each time. */
const openOf = (message: Readonly<Record<string, unknown>>): readonly string[] =>
  (message['open'] as readonly string[]).map((line) => line.replace(/fe80::[0-9a-f:]+/, 'fe80::…'));

const options = { timeout: 120_000, concurrent: true };

describe.runIf(canRun('the tests of the start gate in network namespaces', missingForNamespaces()))(
  'in a pod whose node',
  options,
  () => {
    test('has nothing at its ports, the gate passes', async () => {
      const { message } = await runScenario({ limits: PATIENT });
      expect(message).toMatchObject({ passed: true, open: [], faults: [], canary: true });
      // Of its own: four always, four ports of the router and four of its link-local address.
      expect(message['closed']).toBe(12);
    });

    test('is closed by silence, the gate passes', async () => {
      const { message } = await runScenario({
        tcpPorts: NODE_PORTS,
        udpPorts: [53],
        rules: [...POLICY, ...LINK_LOCAL_GUARD],
        limits: PATIENT,
      });
      expect(message).toMatchObject({ passed: true, closed: 12 });
      expect(message['milliseconds']).toBeGreaterThanOrEqual(1000);
    });

    test('is closed by refusal, the gate passes', async () => {
      const { message } = await runScenario({
        tcpPorts: NODE_PORTS,
        udpPorts: [53],
        rules: [...POLICY, ...LINK_LOCAL_GUARD].map((rule) =>
          rule.replace(/drop$/, 'reject with icmpx type admin-prohibited'),
        ),
        limits: PATIENT,
      });
      expect(message).toMatchObject({ passed: true, closed: 12 });
    });

    test('is open, the gate fails and names each port', async () => {
      const { message } = await runScenario({ tcpPorts: NODE_PORTS, udpPorts: [53], limits: SHORT });
      expect(message).toMatchObject({ passed: false, canary: true });
      expect(openOf(message).toSorted()).toEqual([
        'neighbour-api-server [fe80::…%eth0]:6443/TCP',
        'neighbour-dns [fe80::…%eth0]:53/TCP',
        'neighbour-dns [fe80::…%eth0]:53/UDP',
        'neighbour-kubelet [fe80::…%eth0]:10250/TCP',
        `router-api-server ${NODE_ADDRESS}:6443/TCP`,
        `router-dns ${NODE_ADDRESS}:53/TCP`,
        `router-dns ${NODE_ADDRESS}:53/UDP`,
        `router-kubelet ${NODE_ADDRESS}:10250/TCP`,
      ]);
    });

    test('is open, the gate passes where node ports are reported, and names each', async () => {
      const { message } = await runScenario({
        tcpPorts: NODE_PORTS,
        nodePorts: 'Report',
        targets: [{ name: 'outside', address: '10.9.9.9', port: 443, protocol: 'TCP' }],
        rules: ['udp dport 53 drop'],
        limits: PATIENT,
      });
      expect(message).toMatchObject({ passed: true, open: [], faults: [], canary: true, closed: 7 });
      expect(message['openNodePorts']).toHaveLength(6);
      expect(message['openNodePorts']).toContain(`router-kubelet ${NODE_ADDRESS}:10250/TCP`);
    });

    test('reports its ports and another target is open, the gate fails and names that', async () => {
      const { message } = await runScenario({
        tcpPorts: [...NODE_PORTS, 443],
        nodePorts: 'Report',
        targets: [{ name: 'outside', address: NODE_ADDRESS, port: 443, protocol: 'TCP' }],
        limits: SHORT,
      });
      expect(message).toMatchObject({ passed: false, open: [`outside ${NODE_ADDRESS}:443/TCP`] });
    });

    test('is open at its link-local address only, the gate fails', async () => {
      const { message } = await runScenario({ tcpPorts: [10_250], rules: POLICY, limits: SHORT });
      expect(message['passed']).toBe(false);
      expect(openOf(message)).toEqual(['neighbour-kubelet [fe80::…%eth0]:10250/TCP']);
    });

    test('is open at its link-local address only, the gate passes in a pod without IPv6', async () => {
      const { message } = await runScenario({
        tcpPorts: [10_250],
        rules: POLICY,
        withoutIpv6: true,
        limits: PATIENT,
      });
      expect(message).toMatchObject({ passed: true, closed: 12 });
    });

    test('closes late, the gate waits', async () => {
      const { message } = await runScenario({
        tcpPorts: NODE_PORTS,
        rules: [...POLICY, ...LINK_LOCAL_GUARD],
        rulesAfterMilliseconds: 1000,
        limits: PATIENT,
      });
      expect(message).toMatchObject({ passed: true, closed: 12 });
      expect(message['rounds']).toBeGreaterThan(1);
    });

    test('is closed to the gateway as well, the gate fails', async () => {
      const { message } = await runScenario({ rules: [`ip saddr ${POD_ADDRESS} drop`], limits: SHORT });
      expect(message).toMatchObject({ passed: false, closed: 0, canary: false, rounds: 0 });
      expect(message['problem']).toContain('cannot be asked for the targets');
    });

    test('is silent, a gate that cannot open enough sockets fails and does not call that closed', async () => {
      const { message } = await runScenario({
        targets: Array.from({ length: 200 }, (_, index) => ({
          name: `port-${index}`,
          address: NODE_ADDRESS,
          port: 20_000 + index,
          protocol: 'TCP',
        })),
        rules: ['tcp dport 20000-20199 drop'],
        maxFiles: 100,
        limits: SHORT,
      });
      expect(message['passed']).toBe(false);
      expect(message['open']).toEqual([]);
      expect(message['faults']).toContainEqual(expect.stringMatching(/ EMFILE$/));
    });
  },
);
