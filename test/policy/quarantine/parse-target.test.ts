import { expect, test } from 'vitest';
import { agentQuarantine, type AgentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { formatTarget, parseTarget } from '../../../src/policy/quarantine/parse-target.ts';
import { quarantineName } from '../../../src/policy/quarantine/quarantine-name.ts';

type Target = AgentQuarantine['spec']['target'];

const TARGETS: readonly [string, Target][] = [
  ['all', { type: 'All' }],
  ['tenant/acme', { type: 'Tenant', name: 'acme' }],
  ['namespace/acme-agents', { type: 'Namespace', name: 'acme-agents' }],
  ['role/data-analyst', { type: 'Role', name: 'data-analyst' }],
  ['sandbox/acme-agents/hermes', { type: 'Sandbox', namespace: 'acme-agents', name: 'hermes' }],
];

test.each(TARGETS)('%s is read and written', (text, target) => {
  expect(parseTarget(text)).toEqual(target);
  expect(formatTarget(target)).toBe(text);
});

test.each([
  '',
  'All',
  'all/x',
  'tenant',
  'tenant/',
  'tenant/acme/x',
  'sandbox/hermes',
  'sandbox/acme-agents/hermes/x',
  'sandbox//hermes',
  'role/Data',
  'role/a.b',
  'pod/x',
  'toString/x',
])('"%s" is no target', (text) => {
  expect(parseTarget(text)).toBeNull();
});

test('each target has a name of its own that the API server accepts', () => {
  const long = 'a'.repeat(63);
  const targets: readonly Target[] = [
    ...TARGETS.map(([, target]) => target),
    { type: 'Sandbox', namespace: 'acme', name: 'agents-hermes' },
    { type: 'Sandbox', namespace: 'umbrella', name: 'hermes' },
    { type: 'Namespace', name: long },
    { type: 'Namespace', name: `${'a'.repeat(62)}b` },
    { type: 'Sandbox', namespace: long, name: long },
    { type: 'Sandbox', namespace: long, name: `${'a'.repeat(45)}-b` },
  ];
  const names = targets.map(quarantineName);

  expect(new Set(names).size).toBe(targets.length);
  expect(names.slice(0, 4)).toEqual(['all', 'tenant-acme', 'namespace-acme-agents', 'role-data-analyst']);
  for (const name of names) {
    expect(agentQuarantine.schema.shape.metadata.shape.name.safeParse(name)).toMatchObject({ success: true });
  }
});
