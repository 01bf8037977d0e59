import { expect, test } from 'vitest';
import { OPERATOR_POLICY, operatorPolicy } from '../../../src/policy/vault/operator-policy.ts';
import { runCommand, SAMPLES, writeFiles } from '../run-command.ts';

const tenant = (name: string, vault: string): string => `apiVersion: cloister.dev/v1alpha1
kind: TenantIsolation
metadata: {name: ${name}}
spec:
  namespaces: [{name: ${name}-agents}]
  onEgressOpen: Report
  adopt: Report
${vault}`;

test('cloister vault policy prints the policy for the mounts of all tenants, and ignores other objects', async () => {
  const folder = writeFiles({
    'a.yaml': tenant('a', '  vault: {}\n'),
    'b.yaml': tenant('b', '  vault: {authMount: edge}\n'),
    'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n',
  });
  const role = `${SAMPLES}/role-data-analyst.yaml`;
  const { code, out, error } = await runCommand(['vault', 'policy', '-f', folder, '-f', role]);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toBe(
    operatorPolicy([
      {
        namespace: null,
        authMounts: ['edge', 'kubernetes'],
        databaseMounts: [],
        connectionPaths: [],
        staticLoginPaths: [],
        metadataPaths: [],
      },
    ]),
  );
});

test('cloister vault policy reads the list that kubectl prints', async () => {
  const { items } = { items: [tenant('a', '  vault: {}\n')] };
  const list = `apiVersion: v1\nkind: List\nitems:\n${items
    .map((item) => `- ${item.trimEnd().replaceAll('\n', '\n  ')}\n`)
    .join('')}`;
  const { code, out } = await runCommand(['vault', 'policy', '-f', '-'], { stdin: list });
  expect(code).toBe(0);
  expect(out).toContain(`policy "${OPERATOR_POLICY}"`);
});

test.for([
  ['there is no tenant', {}, 'the input holds no TenantIsolation with spec.vault'],
  [
    'no tenant uses Vault',
    { 'a.yaml': tenant('a', '') },
    'the input holds no TenantIsolation with spec.vault',
  ],
  [
    'a tenant cannot be read',
    { 'a.yaml': tenant('a', '  vault: {}\n'), 'b.yaml': tenant('b', '  vault: {mount: edge}\n') },
    'b.yaml',
  ],
  [
    'a mount has a meaning of its own in a policy',
    { 'a.yaml': tenant('a', '  vault: {}\n'), 'b.yaml': tenant('b', '  vault: {authMount: +}\n') },
    'TenantIsolation "b": spec.vault.authMount is "+"',
  ],
] as const)('cloister vault policy prints no policy where %s', async ([, files, message]) => {
  const folder = writeFiles({ 'other.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n', ...files });
  const { code, out, error } = await runCommand(['vault', 'policy', '-f', folder]);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toContain(message);
});

test('cloister vault policy warns of a namespace, which a Vault without namespaces ignores', async () => {
  const folder = writeFiles({
    'a.yaml': tenant('a', '  vault: {namespace: eu}\n'),
    'b.yaml': tenant('b', '  vault: {}\n'),
  });
  const { code, out, error } = await runCommand(['vault', 'policy', '-f', folder]);
  expect(code).toBe(0);
  expect(out).toContain('path "eu/sys/policies/acl/cloister.*"');
  expect(error).toBe(
    'warning: TenantIsolation "a": spec.vault.namespace is "eu"; only Vault Enterprise and OpenBao have namespaces, and with another Vault the operator refuses the tenant: remove the field there\n',
  );
});

test('cloister vault policy warns of nothing where the operator logs in to a namespace, or no tenant names one', async () => {
  const below = writeFiles({ 'a.yaml': tenant('a', '  vault: {namespace: platform/eu}\n') });
  const inside = await runCommand(['vault', 'policy', '-f', below, '--vault-namespace', 'platform']);
  expect(inside).toMatchObject({ code: 0, error: '' });
  const sample = await runCommand(['vault', 'policy', '-f', `${SAMPLES}/tenant-acme.yaml`]);
  expect(sample).toMatchObject({ code: 0, error: '' });
});

test('cloister vault without a command shows what there is, and is not done', async () => {
  const { code, error } = await runCommand(['vault']);
  expect(code).toBe(2);
  expect(error).toContain('print the policy of the operator');
});
