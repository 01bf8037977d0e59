import { expect, test } from 'vitest';
import type { AgentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { findQuarantine, type QuarantineFacts } from '../../../src/policy/quarantine/find-quarantine.ts';
import { factsOfPod, factsOfSandbox } from '../../../src/policy/quarantine/quarantine-facts.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';

type Target = AgentQuarantine['spec']['target'];

const SANDBOX: QuarantineFacts = {
  tenants: ['acme', 'former'],
  namespace: 'acme-agents',
  roles: ['data-analyst', 'read-only'],
  sandbox: 'report',
};
const POD: QuarantineFacts = { ...SANDBOX, sandbox: null };

const quarantineOf = (target: Target, metadata: Partial<AgentQuarantine['metadata']> = {}) =>
  buildAgentQuarantine((quarantine) => {
    quarantine.spec.target = target;
    Object.assign(quarantine.metadata, metadata);
  });

const isHeld = (target: Target, facts: QuarantineFacts): boolean =>
  findQuarantine(facts, [quarantineOf(target)]) !== null;

test.each<[string, Target, boolean, boolean]>([
  ['everything', { type: 'All' }, true, true],
  ['its tenant', { type: 'Tenant', name: 'acme' }, true, true],
  ['a tenant that its namespace still leaves', { type: 'Tenant', name: 'former' }, true, true],
  ['another tenant', { type: 'Tenant', name: 'umbrella' }, false, false],
  ['a tenant of the name of its namespace', { type: 'Tenant', name: 'acme-agents' }, false, false],
  ['its namespace', { type: 'Namespace', name: 'acme-agents' }, true, true],
  ['another namespace', { type: 'Namespace', name: 'acme-agents-2' }, false, false],
  ['its role', { type: 'Role', name: 'data-analyst' }, true, true],
  ['the role that it had', { type: 'Role', name: 'read-only' }, true, true],
  ['another role', { type: 'Role', name: 'devops' }, false, false],
  ['the sandbox', { type: 'Sandbox', namespace: 'acme-agents', name: 'report' }, true, false],
  ['another sandbox', { type: 'Sandbox', namespace: 'acme-agents', name: 'report-2' }, false, false],
  [
    'a sandbox of its name elsewhere',
    { type: 'Sandbox', namespace: 'umbrella', name: 'report' },
    false,
    false,
  ],
])('a quarantine of %s', (_, target, holdsSandbox, holdsPod) => {
  expect([isHeld(target, SANDBOX), isHeld(target, POD)]).toEqual([holdsSandbox, holdsPod]);
});

test('of several the oldest is returned, and of the same second the first by name', () => {
  const at = (name: string, second: number, target: Target = { type: 'All' }) =>
    quarantineOf(target, { name, creationTimestamp: `2026-01-01T00:00:0${second}Z` });
  const all = [at('c', 2), at('b', 1), at('d', 1), at('a', 0, { type: 'Role', name: 'devops' })];

  expect(findQuarantine(SANDBOX, all)?.metadata.name).toBe('b');
  expect(findQuarantine(SANDBOX, all.toReversed())?.metadata.name).toBe('b');
});

test('a sandbox is held by every role that it asks for, is recorded with or runs as', () => {
  const owners = { lister: { name: 'acme', defaultRole: 'read-only' }, enrolledFor: 'acme' };
  const sandbox = buildAgentSandbox((built) => {
    built.status = { resolvedRole: { name: 'data-analyst' } } as typeof built.status;
    built.spec.roleRef = { name: 'devops' };
  });
  const pod = { metadata: { labels: { 'cloister.dev/role': 'former' } } };

  expect(factsOfSandbox(sandbox, owners, pod)).toEqual({
    tenants: ['acme'],
    namespace: 'acme-agents',
    roles: ['devops', 'data-analyst', 'former'],
    sandbox: 'minimal',
  });
});

test('a sandbox that names no role is held by the default role of the tenant', () => {
  const owners = { lister: { name: 'acme', defaultRole: 'read-only' }, enrolledFor: 'former' };

  expect(factsOfSandbox(buildAgentSandbox(), owners)).toMatchObject({
    tenants: ['acme', 'former'],
    roles: ['read-only'],
  });
});

test('a pod of no sandbox is held by its labels', () => {
  const pod = { metadata: { namespace: 'acme-agents', labels: { 'cloister.dev/role': 'devops' } } };

  expect(factsOfPod(pod, { lister: null, enrolledFor: undefined })).toEqual({
    tenants: [],
    namespace: 'acme-agents',
    roles: ['devops'],
    sandbox: null,
  });
});
