import { createCredentials } from '../credentials/create-credentials.ts';
import type { Credentials } from '../credentials/credentials.ts';
import { createDatabaseLogins, type DatabaseLogins } from '../credentials/database-logins.ts';
import { requestIdentityToken } from '../credentials/identity-token.ts';
import { createKubernetesStore } from '../credentials/kubernetes-store.ts';
import { createSandboxLogins } from '../credentials/sandbox-logins.ts';
import type { CredentialCaller, SecretStore } from '../credentials/secret-store.ts';
import type { LoginSource } from '../credentials/read-login.ts';
import { createVaultStore } from '../credentials/vault-store.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { openVaultPort } from '../vault/open-vault.ts';
import type { GatewayConfiguration } from './configuration.ts';
import type { CredentialMetrics } from './gateway-metrics.ts';
import type { Caller, Identities } from './identity/caller.ts';

export interface OpenCredentialsOptions {
  readonly configuration: Pick<GatewayConfiguration, 'tenant' | 'namespace' | 'vault'>;
  readonly client: KubeClient;
  readonly identities: Pick<Identities, 'tenant' | 'stillHolds' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: CredentialMetrics;
}

/** What agents use and never see. What wipes and closes the credentials does it to the logins too. */
export interface OpenCredentials extends Credentials {
  readonly databaseLogins: DatabaseLogins;
}

/** As many as credentials are kept of. */
const MAX_LOGINS = 2_048;

/**
 * Opens what attaches the credentials of agents, and wipes those of each sandbox that is cut off, ends or may do something else
 * than before. Rejects where the certificate authority of Vault cannot be used.
 */
export async function openCredentials(options: OpenCredentialsOptions): Promise<OpenCredentials> {
  const { configuration, client, identities, clock, log, metrics } = options;
  const source = await openLoginSource(options);
  const shared = {
    tenant: identities.tenant,
    // Every caller here is one that was identified. While nothing is heard of the API server nobody new is.
    isCurrent: (caller: CredentialCaller) => identities.stillHolds(caller as Caller)?.retry !== false,
    clock,
    log,
    onRead: metrics.read,
  };
  const credentials = createCredentials({
    ...shared,
    stores: {
      kubernetesSecret: createKubernetesStore({ client, namespace: configuration.namespace }),
      vaultKV: source === null ? null : openVaultStore(source, options),
    },
  });
  const databaseLogins = createDatabaseLogins({ ...shared, vault: source });
  const review: Credentials['review'] = (podUIDs) => {
    credentials.review(podUIDs);
    databaseLogins.review(podUIDs);
  };
  metrics.countKept(() => credentials.kept() + databaseLogins.kept());
  identities.onChange(review);
  return {
    get: credentials.get,
    databaseLogins,
    wipe: (sandboxUID) => credentials.wipe(sandboxUID) + databaseLogins.wipe(sandboxUID),
    review,
    close: async () => {
      databaseLogins.close();
      await credentials.close();
      await source?.port.close();
    },
  };
}

/** Null where the gateway is not told where Vault is. */
async function openLoginSource({
  configuration: { tenant, vault },
  client,
  clock,
}: OpenCredentialsOptions): Promise<LoginSource | null> {
  if (vault === null) return null;
  const port = await openVaultPort(vault, clock);
  return { port, tenant, requestToken: (owner, signal) => requestIdentityToken(client, owner, signal) };
}

function openVaultStore(
  source: LoginSource,
  { identities, clock }: Pick<OpenCredentialsOptions, 'identities' | 'clock'>,
): SecretStore {
  const logins = createSandboxLogins({ ...source, clock, maxLogins: MAX_LOGINS });
  return createVaultStore({ logins, tenant: identities.tenant });
}
