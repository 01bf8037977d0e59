import { expect, onTestFinished, test } from 'vitest';
import { createCredentials } from '../../src/credentials/create-credentials.ts';
import { createSandboxLogins } from '../../src/credentials/sandbox-logins.ts';
import type { Binding } from '../../src/credentials/secret-store.ts';
import { createVaultStore } from '../../src/credentials/vault-store.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { useVaultStub } from '../vault/vault-stub.ts';
import { callerOf } from './scripted-store.ts';

const BINDING: Binding = {
  name: 'openai',
  vaultKV: { mount: 'secret', path: 'acme/openai', key: 'api_key' },
};
const LOGIN = '/v1/auth/kubernetes/login';
const READ = 'GET /v1/secret/data/acme/openai';

test('however often an agent wipes its credentials, its sandbox logs in to Vault once', async () => {
  const { port, requests } = await useVaultStub(({ path }) =>
    Promise.resolve(
      path === LOGIN
        ? { status: 200, body: { auth: { client_token: 'hvs.token', lease_duration: 900 } } }
        : { status: 200, body: { data: { data: { api_key: 'sk-key' }, metadata: {} } } },
    ),
  );
  const tenant = () => ({ credentials: [BINDING], vault: { authMount: 'kubernetes' } });
  let tokens = 0;
  const requestToken = (): Promise<Secret> => Promise.resolve(new Secret(`token-${(tokens += 1)}`));
  const logins = createSandboxLogins({
    port,
    tenant: 'acme',
    requestToken,
    clock: systemClock,
    maxLogins: 10,
  });
  const store = createVaultStore({ logins, tenant });
  const credentials = createCredentials({
    stores: { kubernetesSecret: store, vaultKV: store },
    tenant,
    isCurrent: () => true,
    clock: systemClock,
    log: { warn: () => undefined, info: () => undefined },
  });
  onTestFinished(credentials.close);
  for (let count = 0; count < 3; count += 1) {
    expect(await credentials.get(callerOf(), 'openai', new AbortController().signal)).toHaveProperty(
      'values',
    );
    expect(credentials.wipe('sandbox-1')).toBe(1);
  }
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${LOGIN}`,
    READ,
    READ,
    READ,
  ]);
  expect(tokens).toBe(1);
});
