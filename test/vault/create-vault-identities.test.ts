import { describe, expect, test } from 'vitest';
import { authRoleOf } from '../../src/vault/auth-role.ts';
import { createVaultIdentities } from '../../src/vault/create-vault-identities.ts';
import { withHolder } from '../../src/policy/vault/sandbox-policy.ts';
import { FormerIdentityError } from '../../src/vault/former-identity-error.ts';
import { createScriptedSession, type Scripted } from './scripted-session.ts';

const OWNER = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'one' };
const PLACE = { authMount: 'kubernetes', namespace: null };
const WANTED = { owner: OWNER, place: PLACE, policy: 'path "a" {}' };
const NAME = 'cloister.acme.acme-agents.one';
const POLICY = `sys/policies/acl/${NAME}`;
const ROLE = `auth/kubernetes/role/${NAME}`;
const ENTITY = 'identity/lookup/entity';
const MOUNT = 'sys/mounts/auth/kubernetes';
const WRITES: Readonly<Record<string, Scripted>> = { POST: { status: 204 }, DELETE: { status: 204 } };

const open = (script: Readonly<Record<string, Scripted>>) => {
  const session = createScriptedSession({ ...WRITES, ...script });
  return { session, identities: createVaultIdentities(session) };
};

describe('to provide an identity', () => {
  const policyFound = { data: { name: NAME, policy: WANTED.policy } };
  const roleFound = { data: { ...authRoleOf(OWNER), token_period: 0 } };

  test('writes the policy before the role that lets somebody log in with it', async () => {
    const { session, identities } = open({});
    expect(await identities.provide(WANTED)).toEqual(['Policy', 'AuthRole']);
    expect(session.asked()).toEqual([`GET ${POLICY}`, `GET ${ROLE}`, `POST ${POLICY}`, `POST ${ROLE}`]);
    expect(session.requests.slice(2).map(({ body }) => body)).toEqual([
      { policy: WANTED.policy },
      authRoleOf(OWNER),
    ]);
  });

  test('writes nothing where all is there', async () => {
    const { session, identities } = open({ [`GET ${POLICY}`]: policyFound, [`GET ${ROLE}`]: roleFound });
    expect(await identities.provide(WANTED)).toEqual([]);
    expect(session.asked()).toHaveLength(2);
  });

  test('writes nothing the first time where another ServiceAccount has the name', async () => {
    const uidOf = (digit: string): string => `${digit.repeat(8)}-1111-4111-8111-111111111111`;
    const former = { serviceAccountUID: uidOf('1'), authMount: 'former' };
    const own = { serviceAccountUID: uidOf('2'), authMount: 'kubernetes' };
    const found = { data: { policy: withHolder('path "b" {}\n', former) } };
    const { session, identities } = open({ [`GET ${POLICY}`]: found });
    const wanted = { ...WANTED, policy: withHolder('path "a" {}\n', own) };
    const refused = identities.provide({ ...wanted, isFirst: true });
    await expect(refused).rejects.toThrow(FormerIdentityError);
    await expect(refused).rejects.toMatchObject({ holder: former });
    expect(session.asked()).toEqual([`GET ${POLICY}`, `GET ${ROLE}`]);
    expect(await identities.findHolder(OWNER, PLACE)).toEqual(former);
    // Later it is a change made by hand.
    expect(await identities.provide({ ...wanted, isFirst: false })).toEqual(['Policy', 'AuthRole']);
  });

  test('asks before it writes, and not where there is nothing to write', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('it is gone'));
    const empty = open({});
    await expect(empty.identities.provide({ ...WANTED, confirm: refuse })).rejects.toThrow('it is gone');
    expect(empty.session.asked()).toEqual([`GET ${POLICY}`, `GET ${ROLE}`]);
    const whole = open({ [`GET ${POLICY}`]: policyFound, [`GET ${ROLE}`]: roleFound });
    expect(await whole.identities.provide({ ...WANTED, confirm: refuse })).toEqual([]);
  });

  test('writes the policy alone where that differs', async () => {
    const { identities } = open({
      [`GET ${POLICY}`]: { data: { policy: 'other' } },
      [`GET ${ROLE}`]: roleFound,
    });
    expect(await identities.provide(WANTED)).toEqual(['Policy']);
  });

  test('deletes a role that says more before it writes it, since to write would merge', async () => {
    const found = { data: { ...roleFound.data, token_period: 60 } };
    const { session, identities } = open({ [`GET ${POLICY}`]: policyFound, [`GET ${ROLE}`]: found });
    expect(await identities.provide(WANTED)).toEqual(['AuthRole']);
    expect(session.asked().slice(2)).toEqual([`DELETE ${ROLE}`, `POST ${ROLE}`]);
  });

  test('writes nothing where the mount is missing', async () => {
    const gone = { reason: 'Missing', messages: ['no handler for route "auth/kubernetes"'] } as const;
    const { session, identities } = open({ [`GET ${ROLE}`]: gone });
    await expect(identities.provide(WANTED)).rejects.toMatchObject({ reason: 'Missing' });
    expect(session.asked()).toEqual([`GET ${POLICY}`, `GET ${ROLE}`]);
  });

  test('asks in the mount and the namespace of the tenant, and hands on the signal', async () => {
    const { session, identities } = open({});
    const { signal } = new AbortController();
    await identities.provide({ ...WANTED, place: { authMount: 'team/k8s', namespace: 'acme' } }, signal);
    expect(session.asked()).toContain(`POST auth/team/k8s/role/${NAME}`);
    for (const request of session.requests) expect(request).toMatchObject({ namespace: 'acme', signal });
  });
});

describe('what is not there', () => {
  test.for(['Missing', 'Denied', 'Unavailable'] as const)(
    'is removed, and %s is told apart',
    async (reason) => {
      const { identities } = open({ DELETE: { reason } });
      const calls = [identities.removeLogin(OWNER, PLACE), identities.removePolicy(OWNER, PLACE)];
      for (const call of calls)
        await (reason === 'Missing'
          ? expect(call).resolves.toBeUndefined()
          : expect(call).rejects.toMatchObject({ reason }));
    },
  );
});

describe('an entity', () => {
  const mountFound = { [`GET ${MOUNT}`]: { data: { accessor: 'auth_kubernetes_1' } } };

  test('is found by the UID of the ServiceAccount and the accessor of the mount', async () => {
    const found = { data: { id: 'e-1', disabled: false, name: 'entity_1' } };
    const { session, identities } = open({ ...mountFound, [`POST ${ENTITY}`]: found });
    expect(await identities.findEntity('uid-1', PLACE)).toEqual({ id: 'e-1', disabled: false });
    expect(session.requests.at(-1)?.body).toEqual({
      alias_name: 'uid-1',
      alias_mount_accessor: 'auth_kubernetes_1',
    });
  });

  test('is found under an accessor that is known without another look at the mount', async () => {
    const found = { data: { id: 'e-1', disabled: false } };
    const { session, identities } = open({ ...mountFound, [`POST ${ENTITY}`]: found });
    const accessors = new Map<string, string>();
    await identities.findEntity('uid-1', PLACE, undefined, accessors);
    await identities.findEntity('uid-1', PLACE, undefined, accessors);
    expect(session.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
    await identities.findEntity('uid-1', PLACE);
    expect(session.requests).toHaveLength(5);
  });

  test.for([
    ['it never logged in', mountFound, null],
    [
      'the mount is missing',
      { [`GET ${MOUNT}`]: { reason: 'Invalid', messages: ['No secret engine mount at auth/kubernetes/'] } },
      null,
    ],
  ] as const)('is none where %s', async ([, script, expected]) => {
    expect(await open(script).identities.findEntity('uid-1', PLACE)).toBe(expected);
  });

  test.for([
    ['no accessor', { [`GET ${MOUNT}`]: { data: {} } }],
    ['no id', { ...mountFound, [`POST ${ENTITY}`]: { data: { disabled: false } } }],
    ['no word on whether it is disabled', { ...mountFound, [`POST ${ENTITY}`]: { data: { id: 'e-1' } } }],
  ] as const)('is not guessed from a response with %s', async ([, script]) => {
    await expect(open(script).identities.findEntity('uid-1', PLACE)).rejects.toMatchObject({
      reason: 'Unexpected',
    });
  });

  test.for([
    [{ status: 204 }, true],
    [{ reason: 'Missing' }, true],
    [{ reason: 'Invalid', messages: ['entity not found from id'] }, true],
    [{ reason: 'Invalid', messages: ['something else'] }, false],
    [{ reason: 'Denied' }, false],
    [{ reason: 'Unavailable' }, false],
  ] as const)('that is disabled by %j is so: %j', async ([scripted, isDone]) => {
    const { session, identities } = open({ 'POST identity/entity/id/e-1': scripted });
    const call = identities.disableEntity('e-1', PLACE);
    await (isDone ? expect(call).resolves.toBeUndefined() : expect(call).rejects.toThrow());
    expect(session.requests[0]?.body).toEqual({ disabled: true });
  });
});

describe('leases', () => {
  test('are revoked by the prefix of the sandbox in each mount, and waited for', async () => {
    const { session, identities } = open({});
    await identities.revokeLeases(OWNER, PLACE, ['database', 'team/database']);
    expect(session.asked()).toEqual([
      `POST sys/leases/revoke-prefix/database/creds/${NAME}`,
      `POST sys/leases/revoke-prefix/team/database/creds/${NAME}`,
    ]);
    for (const request of session.requests)
      expect(request).toMatchObject({ body: { sync: true }, maxMilliseconds: 15_000 });
  });

  test('are not revoked where Vault has only begun to', async () => {
    const { identities } = open({ POST: { status: 202 } });
    await expect(identities.revokeLeases(OWNER, PLACE, ['database'])).rejects.toMatchObject({
      reason: 'LoginsLeft',
    });
  });
});

describe('leases of a database that fails', () => {
  test('are left to Vault to try again, those of others are revoked, and nothing of the database is handed on', async () => {
    const refused = {
      reason: 'Invalid',
      messages: ['failed to connect to host=10.0.0.7 user=vault_admin'],
    } as const;
    const failing = `POST sys/leases/revoke-prefix/database/creds/${NAME}`;
    const other = `POST sys/leases/revoke-prefix/other/creds/${NAME}`;
    const { session, identities } = open({ [failing]: refused, [other]: { status: 204 } });
    const error: unknown = await identities
      .revokeLeases(OWNER, PLACE, ['database', 'other'])
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ reason: 'LoginsLeft' });
    expect(session.asked()).toEqual([failing, failing, other]);
    expect(session.requests.map(({ body }) => body?.['sync'])).toEqual([true, false, true]);
    expect(String(error)).not.toMatch(/10\.0\.0\.7|vault_admin/);
  });
});
