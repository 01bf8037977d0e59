import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { resources } from '../kube/resources.ts';
import { Secret } from '../lib/secret.ts';
import { type IdentityOwner, identityPlace, VAULT_AUDIENCE } from '../policy/vault/vault-identity.ts';

interface TokenRequest extends KubeObject {
  readonly spec: {
    readonly audiences: readonly string[];
    readonly expirationSeconds: number;
    readonly boundObjectRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  };
  readonly status?: { readonly token: string };
}

/** The shortest that there is. It is shown to Vault once, and to nobody else. */
const TOKEN_SECONDS = 600;

const LIMITS = { deadlineMilliseconds: 5_000, maxAttempts: 1 } as const;

/**
 * Asks the API server for a token of a sandbox's identity, for Vault alone and bound to the anchor of the identity, without which
 * it is refused. Rejects with a KubeError.
 */
export async function requestIdentityToken(
  client: Pick<KubeClient, 'create'>,
  owner: IdentityOwner,
  signal: AbortSignal,
): Promise<Secret> {
  const place = identityPlace(owner);
  const request: TokenRequest = {
    metadata: place,
    spec: {
      audiences: [VAULT_AUDIENCE],
      expirationSeconds: TOKEN_SECONDS,
      boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: place.name },
    },
  };
  const { status } = await client.create<TokenRequest>(resources.serviceAccounts, request, {
    ...LIMITS,
    subresource: 'token',
    signal,
  });
  return new Secret(status?.token ?? '');
}
