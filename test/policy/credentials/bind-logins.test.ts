import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { bindLogins } from '../../../src/policy/credentials/bind-logins.ts';

type VaultDatabase = NonNullable<TenantIsolation['spec']['credentials'][number]['vaultDatabase']>;

/** A role of which each tool runs statements of these kinds as a credential. */
const roleOf = (tools: Readonly<Record<string, readonly string[]>>): AgentRole =>
  ({
    spec: {
      credentials: Object.keys(tools).map((name) => ({ name, databaseLogin: {} })),
      tools: Object.entries(tools).map(([credential, operations]) => ({ sql: { credential, operations } })),
    },
  }) as unknown as AgentRole;

const tenantOf = (bindings: Readonly<Record<string, VaultDatabase>>, hasDatabase = true): TenantIsolation =>
  ({
    spec: {
      credentials: Object.entries(bindings).map(([name, vaultDatabase]) => ({ name, vaultDatabase })),
      database: hasDatabase ? { connection: { adminCredential: 'set-up' } } : undefined,
    },
  }) as unknown as TenantIsolation;

const WAREHOUSE = { mount: 'database', connection: 'warehouse' };

describe('a login of a database', () => {
  test('reads where tools of the role read, and writes where one of them writes', () => {
    const reader = bindLogins(roleOf({ a: ['Select'] }), tenantOf({ a: WAREHOUSE }));
    expect(reader).toEqual({ logins: [{ ...WAREHOUSE, isWriter: false }], problems: [] });
    for (const operation of ['Insert', 'Update', 'Delete']) {
      const { logins } = bindLogins(roleOf({ a: ['Select', operation] }), tenantOf({ a: WAREHOUSE }));
      expect(logins).toEqual([{ ...WAREHOUSE, isWriter: true }]);
    }
  });

  test('is one of a mount, also where two credentials are bound there', () => {
    const { logins } = bindLogins(
      roleOf({ b: ['Select'], a: ['Delete'] }),
      tenantOf({ a: WAREHOUSE, b: WAREHOUSE }),
    );
    expect(logins).toEqual([{ ...WAREHOUSE, isWriter: true }]);
  });

  test('is none of a credential that another role names, and none of a static role', () => {
    expect(bindLogins(roleOf({ b: ['Select'] }), tenantOf({ a: WAREHOUSE })).logins).toEqual([]);
    const shared = tenantOf({ a: { ...WAREHOUSE, staticRole: 'admin' } });
    expect(bindLogins(roleOf({ a: ['Select'] }), shared).logins).toEqual([]);
  });

  test('is none where two connections are named at one mount, and the problem names both', () => {
    const { logins, problems } = bindLogins(
      roleOf({ a: ['Select'], b: ['Select'], c: ['Select'] }),
      tenantOf({
        a: WAREHOUSE,
        b: { mount: 'database', connection: 'other' },
        c: { ...WAREHOUSE, mount: 'second' },
      }),
    );
    expect(logins).toEqual([{ mount: 'second', connection: 'warehouse', isWriter: false }]);
    expect(problems).toEqual([
      'spec.credentials of the tenant names the connections other and warehouse at mount database; those of one role must name one',
    ]);
  });

  test('needs the database of the tenant to be declared, or nobody isolates its rows', () => {
    const { problems } = bindLogins(roleOf({ a: ['Select'] }), tenantOf({ a: WAREHOUSE }, false));
    expect(problems).toEqual([expect.stringContaining('spec.database of the tenant is not set')]);
  });
});
