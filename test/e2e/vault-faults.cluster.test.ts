import { describe, expect, test, vi } from 'vitest';
import { OPERATOR_POLICY } from '../../src/policy/vault/operator-policy.ts';
import { OPERATOR_AUTH_ROLE } from '../testbed/vault/bind-vault.ts';
import { mustSucceed } from '../testbed/vault/call-vault.ts';
import { forgeToken, type TokenTimes } from './forge-token.ts';
import { type LoggedIn, OTHER_SECRET, SECRET, useVaultSandboxes, WAIT } from './use-vault-sandboxes.ts';

const cluster = useVaultSandboxes();
const { calls, controlPlane, entitiesOf, lookAgain, sandboxOf, vault } = cluster;

const root = (method: string, path: string, body?: object) =>
  mustSucceed(`${method} ${path}`, vault().root(method, path, body));

const messageOf = async (sandbox: ReturnType<typeof sandboxOf>): Promise<string> => {
  const { conditions = [] } = await sandbox.status();
  return conditions.find(({ type }) => type === 'CredentialsReady')?.message ?? '';
};

const stop = (sandbox: ReturnType<typeof sandboxOf>) =>
  calls().merge(sandbox.path, { spec: { state: 'Stopped' } });

const kept = { policy: '', role: {} as object, configuration: {} as object };

/** Takes the login away with all that it gave, as somebody does who tidies up. */
async function unmount(): Promise<void> {
  kept.role = (await root('GET', `auth/kubernetes/role/${OPERATOR_AUTH_ROLE}`)).data;
  kept.configuration = (await root('GET', 'auth/kubernetes/config')).data;
  await root('DELETE', 'sys/auth/kubernetes');
}

/** Makes another mount of the same name, which has another accessor. */
async function mountAgain(): Promise<void> {
  const reviewer = { namespace: 'vault', serviceAccount: 'vault', audience: '', seconds: 3600 };
  const token_reviewer_jwt = await vault().serviceAccountToken(reviewer);
  await root('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  await root('POST', 'auth/kubernetes/config', { ...kept.configuration, token_reviewer_jwt });
  await root('POST', `auth/kubernetes/role/${OPERATOR_AUTH_ROLE}`, kept.role);
}

async function forbid(): Promise<void> {
  const path = `sys/policies/acl/${OPERATOR_POLICY}`;
  kept.policy = String((await root('GET', path)).data['policy']);
  await root('PUT', path, { policy: 'path "auth/token/revoke-self" { capabilities = ["update"] }' });
}

/** What goes wrong with Vault: how it begins and ends, and what sandboxes say of it. */
interface Fault {
  readonly begin: () => unknown;
  readonly end: () => unknown;
  readonly reason: 'StoreUnreachable' | 'StoreRefused';
  readonly message: RegExp;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  sealed: {
    begin: () => vault().faults.seal(),
    end: () => vault().faults.unseal(),
    reason: 'StoreUnreachable',
    message: /Vault: Vault is sealed\.$/,
  },
  down: {
    begin: () => vault().faults.refuse(),
    end: () => vault().faults.accept(),
    reason: 'StoreUnreachable',
    message: /Vault: it cannot be connected to \(ECONNREFUSED\)\.$/,
  },
  slow: {
    begin: () => vault().faults.delay(5_000),
    end: () => vault().faults.delay(0),
    reason: 'StoreUnreachable',
    message: /Vault: it did not respond within 5 s\.$|Vault has not done it within 3 s/,
  },
  forbidding: {
    begin: forbid,
    end: () => root('PUT', `sys/policies/acl/${OPERATOR_POLICY}`, { policy: kept.policy }),
    reason: 'StoreRefused',
    message:
      /cloister\.acme\.acme-agents\.forbidding-\S+ in Vault: .*permission denied\. "cloister doctor" says/,
  },
  unmounted: {
    begin: unmount,
    end: mountAgain,
    reason: 'StoreRefused',
    message: /^(These .*)?POST auth\/kubernetes\/login in Vault: permission denied\. "cloister doctor" says/,
  },
};

/** What was stopped, which is looked at when all have had their time. */
const stopped = new Map<string, LoggedIn>();

describe.for(Object.entries(FAULTS))('a Vault that is %s', ([fault, { begin, end, reason, message }]) => {
  const late = sandboxOf(`${fault}-late`);
  const ended = sandboxOf(`${fault}-ended`);

  test('keeps nothing else of a sandbox waiting, and what it kept is made up for when it is over', async () => {
    stopped.set(`${fault}-ended`, await ended.runAndLogIn());
    await begin();
    try {
      await late.run();
      await stop(ended);
      await late.says(
        'PodReady True/Running',
        'EgressClosed True/Closed',
        `CredentialsReady False/${reason}`,
      );
      // For two seconds a call may be spared on account of the fault before.
      await vi.waitFor(async () => expect(await messageOf(late)).toMatch(message), WAIT);
      await vi.waitFor(async () => expect(await ended.pod()).toBeUndefined(), WAIT);
      await ended.says('CredentialsReady False/Revoking');
      await vi.waitFor(async () => expect(await messageOf(ended)).toMatch(message), WAIT);
      expect(await messageOf(ended)).not.toContain(`${fault}-late`);
      expect(await ended.hasAnchor()).toBe(false);
    } finally {
      await end();
    }
    await late.says('CredentialsReady True/Ready', 'Ready True/Ready');
    expect((await (await late.logIn()).call('GET', SECRET)).status).toBe(200);
  });
});

test('an auth mount that is replaced takes every token with it, and the sandbox has its identity in the new one', async () => {
  const moved = sandboxOf('moved');
  const before = await moved.runAndLogIn();
  await unmount();
  await mountAgain();
  expect((await before.call('GET', SECRET)).status).toBe(403);
  await lookAgain();
  await vi.waitFor(async () => expect((await moved.logIn()).podUID).toBe(before.podUID), WAIT);
  const after = await moved.logIn();
  expect((await after.call('GET', SECRET)).status).toBe(200);
  expect((await before.call('GET', SECRET)).status).toBe(403);
  await stop(moved);
  stopped.set('moved', after);
});

test('an entity that is deleted by hand costs the sandbox one more login, and the next goes with the sandbox', async () => {
  const bereft = sandboxOf('bereft');
  const before = await bereft.runAndLogIn();
  for (const id of await entitiesOf(before.accountUID)) await root('DELETE', `identity/entity/id/${id}`);
  expect((await before.call('GET', SECRET)).status).toBe(403);
  const after = await bereft.logIn();
  expect((await after.call('GET', SECRET)).status).toBe(200);
  expect((await before.call('GET', SECRET)).status).toBe(403);
  await stop(bereft);
  stopped.set('bereft', after);
});

describe('a token by a clock that is wrong', () => {
  const skewed = sandboxOf('skewed');
  const HOUR = 3_600;
  const now = Math.floor(Date.now() / 1_000);
  let given: LoggedIn;
  const tokenWith = async (times: TokenTimes): Promise<string> => {
    given ??= await skewed.runAndLogIn();
    return forgeToken(controlPlane(), given.token, times);
  };

  test.for<readonly [string, TokenTimes, number]>([
    ['as it was given', {}, 200],
    ['made by a clock that is 30 s ahead', { iat: now + 30, nbf: now + 30, exp: now + 600 }, 200],
    ['made in an hour', { iat: now + HOUR, nbf: now + HOUR, exp: now + 2 * HOUR }, 403],
    ['that ended an hour ago', { iat: now - 2 * HOUR, nbf: now - 2 * HOUR, exp: now - HOUR }, 403],
    ['that ends before it begins', { iat: now, nbf: now, exp: now - HOUR }, 403],
    ['made in an hour, and good at once', { iat: now + HOUR, nbf: now - HOUR, exp: now + 2 * HOUR }, 403],
  ])('%s', async ([, times, status]) => {
    expect((await vault().login(skewed.name, await tokenWith(times))).status).toBe(status);
  });

  test('that lives for ten years gets 15 minutes, and the secret of its own sandbox alone', async () => {
    const token = await tokenWith({ exp: now + 87_600 * HOUR });
    const { body } = await vault().login(skewed.name, token);
    expect(body['auth']).toMatchObject({ lease_duration: 900 });
    const call = await vault().loggedIn(skewed.name, token);
    expect((await call('GET', SECRET)).status).toBe(200);
    expect((await call('GET', OTHER_SECRET)).status).toBe(403);
    await stop(skewed);
    stopped.set('skewed', { ...given, token, call });
  });
});

test('whatever was stopped has nothing in the end', async () => {
  expect(stopped.size).toBeGreaterThan(0);
  for (const [name, given] of stopped) {
    const ended = sandboxOf(name);
    await ended.hasNothing(given);
    await ended.says('CredentialsReady False/Revoked');
  }
});
