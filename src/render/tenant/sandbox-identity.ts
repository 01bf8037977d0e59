import { ANNOTATION } from '../../api/names.ts';
import { type IdentityOwner, identityPlace } from '../../policy/vault/vault-identity.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/**
 * The ServiceAccount that Vault knows as the sandbox. It says for which sandbox it was made, so that a later one of the name
 * never takes it over.
 */
export function identityServiceAccount(owner: IdentityOwner, sandboxUID: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(owner, { [ANNOTATION.sandboxUID]: sandboxUID }),
    automountServiceAccountToken: false,
  };
}

/**
 * What the tokens of an identity are bound to: when it is deleted the API server refuses them all, and gives no more. It is of
 * one pod, so that no token outlives the pod that it was asked for.
 */
export function anchorSecret(
  owner: IdentityOwner,
  { sandboxUID, podUID }: { readonly sandboxUID: string; readonly podUID: string },
): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(owner, { [ANNOTATION.sandboxUID]: sandboxUID, [ANNOTATION.podUID]: podUID }),
    type: 'Opaque',
    immutable: true,
  };
}

function metadataOf(owner: IdentityOwner, annotations: Readonly<Record<string, string>>) {
  return { ...identityPlace(owner), labels: MANAGED_LABELS, annotations };
}
