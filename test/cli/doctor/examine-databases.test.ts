import { expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { examineConnections } from '../../../src/cli/doctor/examine-connections.ts';
import { judgeDatabase } from '../../../src/cli/doctor/examine-databases.ts';
import { examineStaticLogins } from '../../../src/cli/doctor/examine-static-logins.ts';
import type { Rotation, VaultInventory } from '../../../src/vault/vault-inventory.ts';
import { buildDatabase } from '../../build/database.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

type Condition = NonNullable<NonNullable<TenantIsolation['status']>['conditions']>[number];

const tenant = (tweak: (one: TenantIsolation) => void = () => {}): TenantIsolation =>
  buildTenantIsolation((one) => {
    one.metadata.name = 'acme';
    one.spec.database = buildDatabase();
    one.spec.vault = { authMount: 'kubernetes' };
    tweak(one);
  });

const found = (status: Condition['status'], reason: string): TenantIsolation =>
  tenant((one) => {
    const lastTransitionTime = '2026-11-23T12:00:00Z';
    one.status = {
      conditions: [{ type: 'DatabaseIsolated', status, reason, message: 'Said.', lastTransitionTime }],
    };
  });

test.for([
  ['without a database', tenant((one) => (one.spec.database = undefined)), []],
  ['that was not looked at', tenant(), ['Failed']],
  ['that is proven', found('True', 'Proven'), ['Passed']],
  ['in which there was nothing to try', found('Unknown', 'NothingToTry'), ['Passed']],
  ['that is down', found('Unknown', 'Unreachable'), ['Failed']],
  ['that does not isolate', found('False', 'Reached'), ['Failed']],
] as const)('a tenant %s', ([, one, states]) => {
  expect(judgeDatabase(one).map(({ state }) => state)).toEqual(states);
});

test('advice is noted, with the statement that mends it', () => {
  const one = found('True', 'Proven');
  one.status!.database = {
    roleName: 'cloister_t_x',
    findings: [{ name: 'IndexMissing', object: 'table public.orders', statement: 'CREATE INDEX;' }],
  };
  expect(judgeDatabase(one)).toEqual([
    {
      subject: 'TenantIsolation acme, database',
      state: 'Noted',
      message: 'IndexMissing on table public.orders. This mends it: CREATE INDEX;',
    },
  ]);
});

const vaultTenant = (staticRole?: string): TenantIsolation =>
  tenant(({ spec }) => {
    const login = {
      mount: 'database',
      connection: 'crm',
      ...(staticRole === undefined ? {} : { staticRole }),
    };
    spec.credentials = [{ name: 'crm-admin', vaultDatabase: login }];
  });

test.for([
  ['is not there', null, 'Failed', 'does not exist'],
  ['is rotated each day', { seconds: 86_400, schedule: null }, 'Passed', 'every 1 days'],
  ['is rotated every 30 days', { seconds: 30 * 86_400, schedule: null }, 'Passed', 'every 30 days'],
  ['is rotated every 31 days', { seconds: 31 * 86_400, schedule: null }, 'Failed', 'must be at most 30 days'],
  ['has no period', { seconds: null, schedule: null }, 'Failed', 'is not set'],
  ['has a schedule', { seconds: null, schedule: '0 0 * * SAT' }, 'Noted', '0 0 * * SAT'],
] as const satisfies readonly (readonly [string, Rotation | null, string, string])[])(
  'a static login that %s',
  async ([, rotation, state, message]) => {
    const asked: string[] = [];
    const inventory = {
      rotation: async (path: string) => {
        asked.push(path);
        return rotation;
      },
    };
    const [finding] = await examineStaticLogins(inventory, [vaultTenant('admin'), vaultTenant()]);
    expect(finding).toMatchObject({ state, message: expect.stringContaining(message) as string });
    expect(asked).toEqual(['database/static-roles/admin']);
  },
);

test.for([
  ['not set', null, 'Failed'],
  ['with the name of the role', 'v-{{.RoleName}}-{{random 8}}', 'Failed'],
  ['with the name of the tenant', 'acme-{{random 8}}', 'Failed'],
  ['of random letters', 'cloister-{{random 20 | lowercase}}', 'Passed'],
] as const)('a username_template %s', async ([, template, state]) => {
  const inventory = {
    allowedRoles: async () => ['cloister.acme.*'],
    usernameTemplate: async () => template,
  } as unknown as VaultInventory;
  const findings = await examineConnections(inventory, [vaultTenant()]);
  expect(findings.map((one) => one.state)).toEqual(['Passed', state]);
  expect(await examineConnections(inventory, [vaultTenant('admin')])).toEqual([]);
});
