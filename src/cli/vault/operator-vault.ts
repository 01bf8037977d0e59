import { readFile } from 'node:fs/promises';
import { OPERATOR, SYSTEM_NAMESPACE } from '../../api/names.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { systemClock } from '../../lib/clock.ts';
import { errorCode } from '../../lib/error-code.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { Secret } from '../../lib/secret.ts';
import { readSettings } from '../../lib/settings.ts';
import { VAULT_AUDIENCE } from '../../policy/vault/vault-identity.ts';
import { createVaultIdentities } from '../../vault/create-vault-identities.ts';
import { readVaultSettings, VAULT_SETTINGS } from '../../vault/read-vault-settings.ts';
import { requireNamespaces } from '../../vault/require-namespaces.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import { createVaultInventory, type VaultInventory } from '../../vault/vault-inventory.ts';
import type { VaultPort } from '../../vault/vault-port.ts';
import { logIn, logOut, type VaultSession } from '../../vault/vault-session.ts';
import type { VaultSettings } from '../../vault/vault-settings.ts';
import type { VaultFlags } from './vault-flags.ts';

/** Something that a person must give or mend before Vault can be asked. Its message says what. */
export class VaultSetupError extends Error {
  override readonly name = 'VaultSetupError';
}

type Deployment = KubeObject & {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args?: readonly string[] }[] };
    };
  };
};

type TokenRequest = KubeObject & { readonly spec: object; readonly status?: { readonly token?: string } };

/** What the chart mounts for `--vault-ca-file`, and where that is in the cluster. */
const AUTHORITY = {
  file: '/etc/cloister-vault/ca.crt',
  configMap: { namespace: SYSTEM_NAMESPACE, name: 'cloister-vault-ca' },
  key: 'ca.crt',
} as const;

/** The shortest that the API server gives. */
const TOKEN_SECONDS = 600;

/**
 * Reads from its Deployment how the operator reaches Vault; null where it uses none, or is not there. Rejects with a
 * KubeError or a VaultSetupError.
 */
export async function readOperatorVault(client: KubeClient): Promise<VaultSettings | null> {
  const object = { namespace: SYSTEM_NAMESPACE, name: OPERATOR };
  const deployment = await findObject<Deployment>(client, resources.deployments, object);
  const all = deployment?.spec.template.spec.containers.flatMap(({ args }) => args ?? []) ?? [];
  const parameters = all.filter((flag) => VAULT_SETTINGS.some((name) => flag.startsWith(`--${name}=`)));
  const source = { program: 'operator', names: VAULT_SETTINGS, parameters, environment: {} };
  try {
    return readSettings(source, readVaultSettings);
  } catch (error) {
    const [, ...problems] = errorMessage(error).split('\n');
    const found = problems.map((problem) => problem.trim()).join('; ');
    throw new VaultSetupError(`${found}. Correct vault in the values of the chart`, { cause: error });
  }
}

/** A Vault that can be asked without a login. */
export interface ReachedVault {
  readonly address: string;
  readonly port: VaultPort;
}

/** Connects to nothing yet. Rejects with a KubeError or a VaultSetupError. */
export async function reachVault(
  client: KubeClient,
  settings: VaultSettings,
  flags: VaultFlags,
): Promise<ReachedVault> {
  const address = flags.vaultAddress ?? settings.address;
  const authority = address.startsWith('http:') ? null : await findAuthority(client, settings, flags);
  // Only here: node-vault takes 30 MB of memory that other commands do not need.
  const { createVaultPort } = await import('../../vault/vault-port.ts');
  return { address, port: createVaultPort({ address, authority, clock: systemClock }) };
}

async function findAuthority(
  client: KubeClient,
  { authorityFile }: VaultSettings,
  { vaultCaFile }: VaultFlags,
): Promise<string | null> {
  if (vaultCaFile !== undefined) return readAuthorityFile(vaultCaFile);
  if (authorityFile === null) return null;
  const { configMap, key } = AUTHORITY;
  const where = `ConfigMap ${configMap.namespace}/${configMap.name}`;
  if (authorityFile !== AUTHORITY.file)
    throw new VaultSetupError(`--vault-ca-file of the operator is ${authorityFile}. ${GIVE_AUTHORITY}`);
  const found = await findObject<KubeObject & { readonly data?: Readonly<Record<string, string>> }>(
    client,
    resources.configMaps,
    configMap,
  );
  const text = found?.data?.[key];
  if (text === undefined) throw new VaultSetupError(`${where} has no ${key}. ${GIVE_AUTHORITY}`);
  return requireCertificate(text, where);
}

const GIVE_AUTHORITY = 'Give the certificate authority of Vault with --vault-ca-file';

async function readAuthorityFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const code = errorCode(error) ?? 'unknown error';
    throw new VaultSetupError(`--vault-ca-file is ${path}, which cannot be read (${code})`, { cause: error });
  });
  return requireCertificate(text, `--vault-ca-file is ${path}, which`);
}

function requireCertificate(text: string, where: string): string {
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new VaultSetupError(`${where} holds no certificate in PEM`);
}

/** Asks the API server for a token with which the operator logs in to Vault. Rejects with a KubeError. */
export async function requestOperatorToken(client: KubeClient): Promise<Secret> {
  const request: TokenRequest = {
    metadata: { namespace: SYSTEM_NAMESPACE, name: OPERATOR },
    spec: { audiences: [VAULT_AUDIENCE], expirationSeconds: TOKEN_SECONDS },
  };
  const { status } = await client.create(resources.serviceAccounts, request, { subresource: 'token' });
  return new Secret(status?.token ?? '');
}

/** Vault, as the operator. */
export interface OperatorVault {
  readonly inventory: VaultInventory;
  readonly identities: VaultIdentities;
  /** Revokes the token of this login; the port stays open. */
  readonly logOut: () => Promise<void>;
}

/** Logs in as the operator. Rejects with a VaultError. */
export async function logInAsOperator(
  { port }: ReachedVault,
  settings: VaultSettings,
  serviceAccountToken: Secret,
): Promise<OperatorVault> {
  const readToken = (): Promise<Secret> => Promise.resolve(serviceAccountToken);
  const options = { port, settings, readToken, clock: systemClock };
  const { token } = await logIn(options, new AbortController().signal);
  const own: VaultSession = {
    call: (request) => port.call({ ...request, token }),
    close: () => logOut(options, token),
  };
  const session = requireNamespaces(own, port, settings.namespace);
  return {
    inventory: createVaultInventory(session, settings.namespace),
    identities: createVaultIdentities(session),
    logOut: own.close,
  };
}
