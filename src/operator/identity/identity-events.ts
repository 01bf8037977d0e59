import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { API_VERSION } from '../../api/names.ts';
import type { EventFacts } from '../../controller/event-object.ts';
import { identityPlace, vaultName } from '../../policy/vault/vault-identity.ts';
import type { IdentityPart } from '../../vault/vault-identities.ts';
import type { RemovalStep } from '../removal/decide-removal.ts';
import type { IdentityRecord } from './decide-identity.ts';

/** The event for what somebody else had changed in Vault. */
export function driftEvent({ metadata }: AgentSandbox, parts: readonly IdentityPart[]): EventFacts {
  return {
    regarding: { apiVersion: API_VERSION, kind: 'AgentSandbox', metadata },
    type: 'Warning',
    reason: 'VaultDriftRepaired',
    action: 'ProvideIdentity',
    note: `In Vault somebody else had changed or deleted: ${parts.join(', ')}. It is as it must be again.`,
  };
}

/** The event for what stays behind, since a person forced the release. */
export function forceReleasedEvent({ metadata }: AgentSandbox, left: readonly string[]): EventFacts {
  const what = left.length === 0 ? 'Nothing is left behind.' : `Left behind: ${left.join('; ')}.`;
  return {
    regarding: { apiVersion: API_VERSION, kind: 'AgentSandbox', metadata },
    type: 'Warning',
    reason: 'ForceReleased',
    action: 'RemoveIdentity',
    note: `The release was forced by an annotation. ${what}`,
  };
}

/** Names what is in Vault, or may be, of steps that were not done. */
export function describeLeft(
  { owner, place, serviceAccountUID, databaseMounts }: IdentityRecord,
  steps: readonly RemovalStep[],
): readonly string[] {
  const name = vaultName(owner);
  const where = place.namespace === null ? '' : ` in namespace ${place.namespace}`;
  const account = identityPlace(owner);
  return [
    ...(steps.includes('LoginClosed') ? [`role ${name} of auth/${place.authMount}${where}`] : []),
    ...(steps.includes('EntityDisabled') || steps.includes('IdentityRemoved')
      ? [
          `the entity with the alias ${serviceAccountUID} of auth/${place.authMount}${where}, whose tokens end within 15 minutes (ServiceAccount ${account.namespace}/${account.name})`,
        ]
      : []),
    ...(steps.includes('LeasesRevoked')
      ? databaseMounts.map((mount) => `leases under ${mount}/creds/${name}${where}`)
      : []),
    ...(steps.includes('IdentityRemoved')
      ? [...databaseMounts.map((mount) => `role ${name} of ${mount}${where}`), `policy ${name}${where}`]
      : []),
  ];
}
