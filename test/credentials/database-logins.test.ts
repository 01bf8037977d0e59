import { describe, expect, test } from 'vitest';
import { createDatabaseLogins } from '../../src/credentials/database-logins.ts';
import type { CredentialCaller } from '../../src/credentials/secret-store.ts';
import type { VaultError } from '../../src/vault/vault-error.ts';
import type { VaultResponse } from '../../src/vault/vault-port.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { failing, openLogins, TENANT } from './open-logins.ts';
import { callerOf } from './scripted-store.ts';

describe('the login of a sandbox', () => {
  test('is made when it is first asked for, as the sandbox, with a token of Vault of its own', async () => {
    const { get, requests } = openLogins();
    expect(requests).toEqual([]);
    expect(await get()).toBe('login-1');
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST auth/kubernetes/login',
      'GET database/creds/cloister.acme.acme-agents.agent-1',
    ]);
    expect(requests[1]?.token?.reveal()).toBe('token-1');
    await get(callerOf(2));
    expect(requests[3]?.token?.reveal()).toBe('token-3');
  });

  test('is one for all calls, also where they ask at once', async () => {
    const { ask, requests } = openLogins();
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(second).toBe(first);
    expect(await ask()).toBe(first);
    expect(requests).toHaveLength(2);
  });

  test.each([
    ['the login', { leaseSeconds: 300 }],
    ['the token', { tokenSeconds: 300 }],
  ])(
    'is renewed after two thirds of the time of %s, while the one before is given and lives on',
    async (_, given) => {
      const { ask, get, clock } = openLogins(given);
      const first = await ask();
      if ('problem' in first) throw new Error(first.problem.reason);
      await clock.advance(199_000);
      expect(await get()).toBe('login-1');
      await clock.advance(1_000);
      expect(await get()).toBe('login-1');
      await clock.advance(0);
      expect(await get()).toBe('login-2');
      expect(first.ended.aborted).toBe(false);
      await clock.advance(90_000);
      expect(first.ended.aborted).toBe(true);
      expect(await get()).toBe('login-2');
    },
  );

  test('is not renewed for nobody', async () => {
    const { get, clock, requests, logins } = openLogins();
    await get();
    await clock.advance(900_000);
    expect(requests).toHaveLength(2);
    expect(logins.kept()).toBe(0);
    expect(await get()).toBe('login-2');
  });

  test('lives to its end where it cannot be renewed, and is asked for again after a pause', async () => {
    const { get, clock, world, requests } = openLogins();
    await get();
    await clock.advance(600_000);
    world.answer = failing({ reason: 'Unreachable', messages: ['down'] });
    for (let count = 0; count < 3; count += 1) {
      expect(await get()).toBe('login-1');
      await clock.advance(100);
    }
    expect(requests).toHaveLength(4);
    await clock.advance(1_000);
    world.answer = null;
    expect(await get()).toBe('login-1');
    await clock.advance(0);
    expect(await get()).toBe('login-2');
  });

  test('ends at once when its sandbox is wiped, with the one before it', async () => {
    const { ask, clock, logins } = openLogins();
    const first = await ask();
    await clock.advance(600_000);
    await ask();
    await clock.advance(0);
    const second = await ask();
    expect(second).not.toBe(first);
    expect(logins.wipe('sandbox-1')).toBe(1);
    await clock.advance(0);
    for (const given of [first, second]) expect('ended' in given && given.ended.aborted).toBe(true);
    expect(logins.kept()).toBe(0);
  });

  test('is given no more when its sandbox is cut off, also while it is made', async () => {
    const { ask, get, world, logins } = openLogins();
    const given = await ask();
    world.isCurrent = false;
    logins.review(new Set(['pod-1']));
    expect('ended' in given && given.ended.aborted).toBe(true);
    expect(await get()).toBe('CallCut');
  });

  test('is made anew where the tenant binds another connection', async () => {
    const { get, world, logins } = openLogins();
    await get();
    const [, ...others] = TENANT.credentials;
    const moved = { name: 'warehouse', vaultDatabase: { mount: 'database', connection: 'other' } };
    world.tenant = { ...TENANT, credentials: [moved, ...others] };
    logins.review('All');
    expect(logins.kept()).toBe(0);
    expect(await get()).toBe('login-2');
  });
});

describe('no login is given', () => {
  test.each<[string, Partial<CredentialCaller>, string, string]>([
    ['to a pod that shares its secret', { proof: 'Shared' }, 'warehouse', 'CredentialsWithheld'],
    ['to a pod of no sandbox', { sandbox: null, sandboxUID: null }, 'warehouse', 'CredentialsWithheld'],
    ['of a name that the tenant does not bind', {}, 'nothing', 'CredentialNotBound'],
    ['of a static role, which is the operator’s', {}, 'admin', 'CredentialNotBound'],
    ['of a secret', {}, 'openai', 'CredentialNotBound'],
  ])('%s', async (_, caller, name, reason) => {
    const { get, requests } = openLogins();
    expect(await get({ ...callerOf(1), ...caller }, name)).toBe(reason);
    expect(requests).toEqual([]);
  });

  test('where the tenant is not known, or has no Vault', async () => {
    expect(await openLogins({ tenant: null }).get()).toBe('NotReady');
    const { vault: _vault, ...without } = TENANT;
    expect(await openLogins({ tenant: without }).get()).toBe('NoDynamicLogins');
  });

  test('where the gateway has no Vault', async () => {
    const logins = createDatabaseLogins({
      vault: null,
      tenant: () => TENANT,
      isCurrent: () => true,
      clock: createManualClock(0),
      log: { warn: () => undefined, info: () => undefined } as never,
    });
    const given = await logins.get(callerOf(1), 'warehouse', new AbortController().signal);
    expect('problem' in given && given.problem.reason).toBe('NoDynamicLogins');
  });

  test.each<[string, ConstructorParameters<typeof VaultError>[1], string]>([
    [
      'is not written yet',
      { reason: 'Invalid', status: 400, messages: ['unknown role: cloister.acme'] },
      'CredentialNotReady',
    ],
    [
      'is not allowed',
      { reason: 'Unavailable', status: 500, messages: ['"x" is not an allowed role'] },
      'CredentialDenied',
    ],
    ['is denied', { reason: 'Denied', status: 403, messages: ['permission denied'] }, 'CredentialDenied'],
    [
      'has no mount',
      { reason: 'Missing', status: 404, messages: ['no handler for route'] },
      'CredentialMissing',
    ],
    [
      'cannot be asked for: Vault is sealed',
      { reason: 'Unavailable', status: 503, messages: ['sealed'] },
      'CredentialStoreUnavailable',
    ],
    [
      'cannot be asked for: Vault is down',
      { reason: 'Unreachable', messages: ['ECONNREFUSED'] },
      'CredentialStoreUnavailable',
    ],
    [
      'has a database that fails',
      {
        reason: 'Unavailable',
        status: 500,
        messages: ['failed to connect to host=10.0.0.7 user=vault_admin'],
      },
      'CredentialStoreUnavailable',
    ],
  ])('where its role %s, and no place of the database is told', async (_, details, reason) => {
    const { ask, logs } = openLogins({ answer: failing(details) });
    const given = await ask();
    if (!('problem' in given)) throw new Error('a login was given');
    expect(given.problem.reason).toBe(reason);
    expect(JSON.stringify(given.problem) + logs.join('')).not.toMatch(/10\.0\.0\.7|vault_admin|password/);
    expect(given.problem.message).not.toMatch(/vault|database\/creds|cloister\.acme/);
  });

  test('where the response holds none', async () => {
    const empty = (): VaultResponse => ({
      status: 200,
      body: { data: { username: 'x' }, lease_duration: 900 },
    });
    expect(await openLogins({ answer: empty }).get()).toBe('CredentialStoreUnavailable');
  });

  test('whose password a log or a message could show', async () => {
    const { ask, logs } = openLogins();
    const given = await ask();
    expect(JSON.stringify(given) + logs.join('')).not.toContain('password-1');
  });
});
