import { PROXY_SECRET } from '../../api/names.ts';
import type { Secret } from '../../lib/secret.ts';
import { MANAGED_LABELS } from './rendered-object.ts';

/** Returns the name of the Secret by which pods of a role prove to the gateway what they are, where they belong to no sandbox. */
export function roleProxySecretName(role: string): string {
  return `${PROXY_SECRET.rolePrefix}${role}`;
}

/**
 * The Secret that all governed pods of a namespace and role share, where they belong to no sandbox. `secret` is 32 random
 * bytes in base64url. It cannot be changed: a pod reads it once, when it starts.
 */
export function roleProxySecret(
  { namespace, role }: { readonly namespace: string; readonly role: string },
  secret: Secret,
): {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Record<string, string>;
  };
  readonly type: 'Opaque';
  readonly immutable: true;
  readonly data: Readonly<Record<string, string>>;
} {
  return {
    metadata: { name: roleProxySecretName(role), namespace, labels: { ...MANAGED_LABELS } },
    type: 'Opaque',
    immutable: true,
    data: { [PROXY_SECRET.key]: Buffer.from(secret.reveal()).toString('base64') },
  };
}
