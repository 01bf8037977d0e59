import { describe, expect, test } from 'vitest';
import { sandboxConditions } from '../../../src/api/agent-sandbox/status.ts';
import {
  conditionWithoutVault,
  readyCondition,
  removalCondition,
} from '../../../src/operator/identity/credentials-condition.ts';
import { findNeeds } from '../../../src/operator/identity/wanted-identity.ts';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

type Bindings = TenantIsolation['spec']['credentials'];

const IN_SECRET: Bindings[number] = { name: 'crm', kubernetesSecret: { name: 'crm', key: 'token' } };
const IN_VAULT: Bindings[number] = {
  name: 'model',
  vaultKV: { mount: 'secret', path: 'acme/model', key: 'key' },
};

function needsOf(names: readonly string[], bindings: Bindings, hasVault = true) {
  const role = buildAgentRole(({ spec }) => {
    spec.credentials = names.map((name) => ({ name, attach: { type: 'Bearer' } }));
  });
  const tenant = buildTenantIsolation(({ spec }) => {
    spec.credentials = bindings;
    if (hasVault) spec.vault = { authMount: 'kubernetes' };
  });
  return findNeeds(buildAgentSandbox(), role, tenant);
}

describe('CredentialsReady', () => {
  test.for<readonly [string, readonly string[], Bindings, string, RegExp]>([
    ['the role has no credentials', [], [IN_SECRET], 'True/NoneNeeded', /no credentials/],
    ['all are bound', ['crm', 'model'], [IN_SECRET, IN_VAULT], 'True/Ready', /^All credentials are bound\.$/],
    ['some are not', ['crm', 'model', 'other'], [IN_SECRET], 'False/NotBound', /has no model, other\.$/],
    [
      'one has another shape',
      ['crm'],
      [{ name: 'crm', vaultDatabase: { mount: 'database', connection: 'crm' } }],
      'False/NotBound',
      /^spec\.credentials\[crm\]\.vaultDatabase makes database logins/,
    ],
  ])('where %s', ([, names, bindings, said, message]) => {
    const { status, reason, message: text } = readyCondition(needsOf(names, bindings), null);
    expect(`${status}/${reason}`).toBe(said);
    expect(text).toMatch(message);
    expect(Object.keys(sandboxConditions.CredentialsReady.reasons)).toContain(reason);
  });

  test('is not ready where Vault is named and the tenant has none', () => {
    const { reason, message } = readyCondition(needsOf(['model'], [IN_VAULT], false), null);
    expect(reason).toBe('NotBound');
    expect(message).toBe('spec.credentials[model].vaultKV needs spec.vault, which is not set.');
  });
});

describe('CredentialsReady of a sandbox with logins of a database', () => {
  const role = buildAgentRole(({ spec }) => {
    spec.credentials = [{ name: 'warehouse', databaseLogin: {} }];
  });
  const needsThat = (reason: string) =>
    findNeeds(
      buildAgentSandbox(),
      role,
      buildTenantIsolation((tenant) => {
        tenant.spec.vault = { authMount: 'kubernetes' };
        tenant.spec.credentials = [
          { name: 'warehouse', vaultDatabase: { mount: 'database', connection: 'acme' } },
        ];
        const database = { connection: { adminCredential: 'admin' } };
        tenant.spec.database = database as NonNullable<TenantIsolation['spec']['database']>;
        const condition = {
          type: 'DatabaseIsolated',
          status: reason === 'Proven' ? 'True' : 'False',
          reason,
        };
        tenant.status = { conditions: [condition] } as unknown as NonNullable<TenantIsolation['status']>;
      }),
    );

  test('is ready where the isolation is proven, and the sandbox has a role that it may have logins of', () => {
    const needs = needsThat('Proven');
    expect(readyCondition(needs, null)).toMatchObject({ status: 'True', reason: 'Ready' });
    expect(needs.identity?.databaseRoles.map(({ mount, connection }) => [mount, connection])).toEqual([
      ['database', 'acme'],
    ]);
    expect(needs.identity?.policy).toContain('path "database/creds/cloister.');
  });

  test('is not where it is not, and nothing gives a login then; the mount is known all the same', () => {
    const needs = needsThat('Reached');
    expect(readyCondition(needs, null)).toMatchObject({ status: 'False', reason: 'LoginsWithheld' });
    expect(needs.identity).toMatchObject({ databaseRoles: [], databaseMounts: ['database'] });
    expect(needs.identity?.policy).not.toContain('creds');
  });

  test.for(['LeasesRevoked', 'LoginsVerified'])(
    'says of an end that waits for %s that logins are left',
    (name) => {
      const steps = [
        { name: 'LoginClosed', completedTime: '2026-11-28T12:00:00Z' },
        { name, message: 'the database did not revoke every login' },
      ];
      expect(removalCondition(steps)).toEqual({
        type: 'CredentialsReady',
        status: 'False',
        reason: 'LoginsLeft',
        message: `These steps are left: ${name}. the database did not revoke every login.`,
      });
    },
  );
});

describe('CredentialsReady of an operator without Vault', () => {
  const without = (names: readonly string[], bindings: Bindings) =>
    conditionWithoutVault(needsOf(names, bindings));

  test('is not said where no pod may run, or nothing is kept in Secrets', () => {
    expect(conditionWithoutVault(null)).toBeNull();
    expect(without([], [IN_SECRET])).toBeNull();
    expect(without(['model'], [IN_VAULT])).toBeNull();
  });

  test('says what is bound to Secrets', () => {
    expect(without(['crm'], [IN_SECRET])).toMatchObject({ status: 'True', reason: 'Ready' });
    expect(without(['crm', 'other'], [IN_SECRET])).toMatchObject({
      status: 'False',
      reason: 'NotBound',
      message: 'spec.credentials of the tenant has no other.',
    });
  });

  test('says that what is in Vault cannot be given', () => {
    expect(without(['crm', 'model'], [IN_SECRET, IN_VAULT])).toMatchObject({
      reason: 'NotBound',
      message: expect.stringMatching(/the operator has none: set --vault-address\.$/),
    });
  });
});
