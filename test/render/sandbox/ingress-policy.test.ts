import { describe, expect, test } from 'vitest';
import { evaluateConnection } from '../../../src/policy/network-policies/evaluate-connection.ts';
import type { NetworkPolicy } from '../../../src/policy/network-policies/network-policy.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { ingressPolicy } from '../../../src/render/sandbox/ingress-policy.ts';
import { defaultDeny } from '../../../src/render/tenant/default-deny.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { buildPolicyPod } from '../../build/network-policy.ts';

const role = compileRole(
  buildAgentRole(({ spec }) => {
    const from = [{ podSelector: { matchLabels: { app: 'front' } } }];
    spec.network.ingress = [
      { port: 8080, from },
      { port: 9090, from },
    ];
  }),
);
const sandboxOn = (ports: readonly number[]) =>
  buildAgentSandbox(({ metadata, spec }) => {
    Object.assign(metadata, { name: 'hermes', uid: 'a-uid' });
    spec.ports = [...ports];
  });

const front = buildPolicyPod({ labels: { app: 'front' } });
const agent = buildPolicyPod({ labels: { 'cloister.dev/sandbox': 'hermes' } });
const isLetIn = (port: number, { from = front, to = agent } = {}): boolean => {
  const policy = ingressPolicy(sandboxOn([8080]), role) as unknown as NetworkPolicy;
  const source = { address: '10.0.0.1', pod: from };
  const destination = { address: '10.0.0.2', pod: to };
  const policies = [defaultDeny('acme-agents') as unknown as NetworkPolicy, policy];
  return evaluateConnection(policies, { source, destination, port, protocol: 'TCP' }).ingress;
};

describe('the ingress policy of a sandbox', () => {
  test('lets those call it whom its role allows, on the ports that it listens on', () => {
    expect(isLetIn(8080)).toBe(true);
    expect(isLetIn(9090)).toBe(false);
    expect(isLetIn(8080, { from: buildPolicyPod() })).toBe(false);
    expect(isLetIn(8080, { to: buildPolicyPod({ labels: { 'cloister.dev/sandbox': 'other' } }) })).toBe(
      false,
    );
  });

  test('lets nobody call it while a quarantine holds it', () => {
    const labels = { ...agent.labels, 'cloister.dev/contained': 'true' };
    expect(isLetIn(8080, { to: buildPolicyPod({ labels }) })).toBe(false);
  });

  test.for([
    ['listens nowhere', []],
    ['listens where its role lets nobody in', [7070]],
  ] as const)('is none where the sandbox %s', ([, ports]) => {
    expect(ingressPolicy(sandboxOn(ports), role)).toBeNull();
  });
});
