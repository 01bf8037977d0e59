import { createCredentials } from '../credentials/create-credentials.ts';
import type { Credentials } from '../credentials/credentials.ts';
import { requestIdentityToken } from '../credentials/identity-token.ts';
import { createKubernetesStore } from '../credentials/kubernetes-store.ts';
import { createSandboxLogins } from '../credentials/sandbox-logins.ts';
import type { SecretStore } from '../credentials/secret-store.ts';
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

/** As many as credentials are kept of. */
const MAX_LOGINS = 2_048;

/**
 * Opens what attaches the credentials of agents, and wipes those of each sandbox that is cut off, ends or may do something else
 * than before. Rejects where the certificate authority of Vault cannot be used.
 */
export async function openCredentials(options: OpenCredentialsOptions): Promise<Credentials> {
  const { configuration, client, identities, clock, log, metrics } = options;
  const vault = await openVaultStore(options);
  const credentials = createCredentials({
    stores: {
      kubernetesSecret: createKubernetesStore({ client, namespace: configuration.namespace }),
      vaultKV: vault,
    },
    tenant: identities.tenant,
    // Every caller here is one that was identified. While nothing is heard of the API server nobody new is.
    isCurrent: (caller) => identities.stillHolds(caller as Caller)?.retry !== false,
    clock,
    log,
    onRead: metrics.read,
  });
  metrics.countKept(credentials.kept);
  identities.onChange(credentials.review);
  return credentials;
}

async function openVaultStore({
  configuration: { tenant, vault },
  client,
  identities,
  clock,
}: OpenCredentialsOptions): Promise<SecretStore | null> {
  if (vault === null) return null;
  const port = await openVaultPort(vault, clock);
  const logins = createSandboxLogins({
    port,
    tenant,
    requestToken: (owner, signal) => requestIdentityToken(client, owner, signal),
    clock,
    maxLogins: MAX_LOGINS,
  });
  const store = createVaultStore({ logins, tenant: identities.tenant });
  return {
    ...store,
    close: async () => {
      await store.close();
      await port.close();
    },
  };
}
