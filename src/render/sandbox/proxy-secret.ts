import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { PROXY_SECRET } from '../../api/names.ts';
import type { Secret } from '../../lib/secret.ts';
import { ownedMetadata, type OwnedMetadata } from './owned-metadata.ts';

/** Returns the name of the Secret by which a sandbox's pod proves to the gateway who it is. */
export function sandboxProxySecretName(sandbox: string): string {
  return `${PROXY_SECRET.sandboxPrefix}${sandbox}`;
}

/**
 * The Secret by which a sandbox's pod proves to the gateway who it is. `secret` is 32 random bytes in base64url. It cannot be
 * changed, only made anew: a pod reads it once, when it starts.
 */
export function sandboxProxySecret(
  sandbox: AgentSandbox,
  secret: Secret,
): {
  readonly metadata: OwnedMetadata;
  readonly type: 'Opaque';
  readonly immutable: true;
  readonly data: Readonly<Record<string, string>>;
} {
  return {
    metadata: ownedMetadata(sandbox, sandboxProxySecretName(sandbox.metadata.name)),
    type: 'Opaque',
    immutable: true,
    data: { [PROXY_SECRET.key]: Buffer.from(secret.reveal()).toString('base64') },
  };
}
