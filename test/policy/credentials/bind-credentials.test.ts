import { expect, test } from 'vitest';
import { bindCredentials } from '../../../src/policy/credentials/bind-credentials.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

test('credentials of a role are found where the tenant binds them, and nowhere else', () => {
  const role = buildAgentRole(({ spec }) => {
    const attach = { type: 'Bearer' as const };
    spec.credentials = [
      { name: 'crm', attach },
      { name: 'crm-again', attach },
      { name: 'rows', databaseLogin: {} },
      { name: 'file', attach },
      { name: 'unknown', attach },
    ];
  });
  const kv = { mount: 'secret', path: 'acme/crm', key: 'token' };
  const tenant = buildTenantIsolation(({ spec }) => {
    spec.credentials = [
      { name: 'crm', vaultKV: kv },
      { name: 'crm-again', vaultKV: { ...kv, key: 'other' } },
      { name: 'rows', vaultDatabase: { mount: 'database', connection: 'rows' } },
      { name: 'file', kubernetesSecret: { name: 'file', key: 'key' } },
      { name: 'another-role', vaultKV: { ...kv, path: 'acme/other' } },
    ];
  });
  expect(bindCredentials(role, tenant)).toEqual({
    count: 5,
    unbound: ['unknown'],
    keyValues: [{ mount: 'secret', path: 'acme/crm' }],
    databaseMounts: ['database'],
    secrets: ['file'],
  });
});
