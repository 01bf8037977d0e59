import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import type { EventRecorder } from '../../controller/events.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Clock } from '../../lib/clock.ts';
import { VaultError } from '../../vault/vault-error.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { DatabaseWitness } from './database-witness.ts';
import type { CredentialNeeds } from './wanted-identity.ts';

/** What identities are made and taken away with. */
export interface IdentityContext {
  readonly client: KubeClient;
  /** Null where the operator has none: nothing is made then. */
  readonly vault: VaultIdentities | null;
  /** Null where nothing but Vault says what is left of logins in a database. */
  readonly databases: DatabaseWitness | null;
  readonly caches: Pick<OperatorCaches, 'serviceAccounts'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly logger: KubeLogger;
  readonly clock: Clock;
}

/** A sandbox in one reconciliation, as far as its identity goes. */
export interface IdentityRun {
  readonly sandbox: AgentSandbox & KubeObject;
  /** Null where no pod of it may run. */
  readonly needs: CredentialNeeds | null;
  /** Whether steps are recorded although nothing is in Vault: a quarantine holds it. */
  readonly isContained: boolean;
  /** Its own pod. */
  readonly pod: KubeObject | undefined;
  /** Whether that pod runs, or may. */
  readonly podLives: boolean;
  readonly signal: AbortSignal;
}

type Status = NonNullable<AgentSandbox['status']>;

/** The fields of the status that identities have. One that is undefined is removed. */
export type IdentityFields = Pick<Status, 'vaultRole' | 'vaultIdentity' | 'removal'>;

/** What was done, and what is to be said of it. */
export interface IdentityOutcome {
  /** `CredentialsReady`; null where nothing is said. */
  readonly condition: ConditionState | null;
  readonly fields: IdentityFields;
  /** When to look again though nothing changes, in milliseconds since 1970. */
  readonly nextTime: number;
  /** What is to be thrown when the status is written. */
  readonly error?: unknown;
}

/** Refuses what only an operator with Vault can do, as if Vault did not respond. */
export function refuseWithoutVault(): never {
  const messages = ['the operator has no Vault; set --vault-address'];
  throw new VaultError('nothing is asked', { reason: 'Unreachable', messages });
}
