import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCredentials } from '../../src/credentials/create-credentials.ts';
import type { Credentials } from '../../src/credentials/credentials.ts';
import { requestIdentityToken } from '../../src/credentials/identity-token.ts';
import { createKubernetesStore } from '../../src/credentials/kubernetes-store.ts';
import { createSandboxLogins } from '../../src/credentials/sandbox-logins.ts';
import type { Binding } from '../../src/credentials/secret-store.ts';
import { createVaultStore } from '../../src/credentials/vault-store.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { identityPlace } from '../../src/policy/vault/vault-identity.ts';
import { anchorSecret } from '../../src/render/tenant/sandbox-identity.ts';
import { createVaultPort, type VaultPort } from '../../src/vault/vault-port.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import { ONE, PLACE, TWO, useIdentities, wantedOf } from '../vault/use-identities.ts';

const controlPlane = useControlPlane();
const vault = useVault(() => controlPlane);
const used = useIdentities(controlPlane, vault);

const OWN = 'secret/data/agents/one';
const kv = (name: string, path: string): Binding => ({
  name,
  vaultKV: { mount: 'secret', path: `agents/${path}`, key: 'key' },
});
const BINDINGS: Binding[] = [
  kv('own', 'one'),
  kv('other', 'two'),
  { name: 'bound', kubernetesSecret: { name: 'bound', key: 'key' } },
];
const CALLER = {
  namespace: ONE.namespace,
  sandbox: ONE.sandbox,
  podUID: 'pod-one',
  sandboxUID: 'sandbox-one',
  proof: 'Secret',
} as const;

let client: KubeClient;
let port: VaultPort;
let credentials: Credentials;
let isCut = false;

beforeAll(async () => {
  client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  port = createVaultPort({
    address: vault.url,
    authority: vault.certificateAuthority,
    clock: systemClock,
  });
  const { namespace } = identityPlace(ONE);
  const data = { key: Buffer.from('of-kubernetes').toString('base64') };
  await controlPlane.apply([
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bound', namespace }, data },
  ]);
});
afterAll(async () => {
  await port.close();
  await client.close();
});

beforeEach(async () => {
  for (const owner of [ONE, TWO]) {
    await used.identities.provide(wantedOf(owner));
    await controlPlane.apply([anchorSecret(owner, { sandboxUID: 'sandbox-one', podUID: 'pod-one' })]);
  }
  await write('first');
  const tenant = () => ({ credentials: BINDINGS, vault: { authMount: PLACE.authMount } });
  const requestToken = (owner: typeof ONE, signal: AbortSignal) =>
    requestIdentityToken(client, owner, signal);
  const logins = createSandboxLogins({
    port,
    tenant: ONE.tenant,
    requestToken,
    clock: systemClock,
    maxLogins: 9,
  });
  credentials = createCredentials({
    stores: {
      kubernetesSecret: createKubernetesStore({ client, namespace: identityPlace(ONE).namespace }),
      vaultKV: createVaultStore({ logins, tenant }),
    },
    tenant,
    isCurrent: () => !isCut,
    clock: systemClock,
    log: { warn: () => undefined, info: () => undefined } as never,
  });
});

async function write(key: string, ttl = '2s'): Promise<void> {
  await vault.root('POST', OWN, { data: { key, ttl } });
}

/** The value, or the reason of the problem. */
async function get(name = 'own'): Promise<string | undefined> {
  const given = await credentials.get(CALLER, name, new AbortController().signal);
  return 'problem' in given ? given.problem.reason : given.values['value']?.reveal();
}

/** Cuts the sandbox off, which ends its login too, and lets it be again. */
function cutOff(): void {
  isCut = true;
  credentials.review('All');
  isCut = false;
}

const WAIT = { timeout: 30_000, interval: 100 } as const;

describe('a credential in Vault', () => {
  test('is read as the sandbox, and that of another sandbox is denied', async () => {
    expect(await get()).toBe('first');
    expect(await get('other')).toBe('CredentialDenied');
    expect(await get('bound')).toBe('of-kubernetes');
  });

  test('that is rotated is picked up within its ttl, and no call fails meanwhile', async () => {
    const seen = new Set<string | undefined>([await get()]);
    await write('second');
    await vi.waitFor(async () => {
      for (const value of await Promise.all(Array.from({ length: 100 }, () => get()))) seen.add(value);
      expect([...seen].at(-1)).toBe('second');
    }, WAIT);
    expect([...seen]).toEqual(['first', 'second']);
  });

  test('lives to its ttl while Vault is sealed, is refused then, and is there again afterwards', async () => {
    await write('first', '15s');
    expect(await get()).toBe('first');
    await vault.faults.seal();
    expect(await get()).toBe('first');
    await vi.waitFor(async () => expect(await get()).toBe('CredentialStoreUnavailable'), WAIT);
    await vault.faults.unseal();
    await vi.waitFor(async () => expect(await get()).toBe('first'), WAIT);
  });

  test('whose version is deleted is missing', async () => {
    await vault.root('DELETE', OWN);
    expect(await get()).toBe('CredentialMissing');
  });

  test('is not there for a sandbox without an anchor, an auth role or an entity', async () => {
    const { namespace, name } = identityPlace(ONE);
    await client.delete(resources.secrets, { namespace, name });
    expect(await get()).toBe('CredentialNotReady');
    cutOff();
    await controlPlane.apply([anchorSecret(ONE, { sandboxUID: 'sandbox-one', podUID: 'pod-one' })]);
    expect(await get()).toBe('first');

    await used.identities.removeLogin(ONE, PLACE);
    cutOff();
    expect(await get()).toBe('CredentialNotReady');

    await used.identities.provide(wantedOf(ONE));
    cutOff();
    expect(await get()).toBe('first');
    const entity = await used.identities.findEntity(used.uidOf(ONE), PLACE);
    await used.identities.disableEntity(entity?.id ?? '', PLACE);
    await vi.waitFor(async () => expect(await get()).toBe('CredentialDenied'), WAIT);
    await vault.root('POST', `identity/entity/id/${entity?.id}`, { disabled: false });
  });
});
