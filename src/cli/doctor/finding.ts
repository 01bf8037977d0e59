import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { VaultFlags } from '../vault/vault-flags.ts';

/**
 * `Passed`: as it must be. `Noted`: not wrong, and worth knowing. `Failed`: must be repaired. `Unread`: it could not be read,
 * so nothing is known of it.
 */
export type FindingState = 'Passed' | 'Noted' | 'Failed' | 'Unread';

/** What was found of one thing. */
export interface Finding {
  /** What was examined, for example `Deployment cloister-system/cloister-webhook`. */
  readonly subject: string;
  readonly state: FindingState;
  /** What was found, and what to do where something is to be done. */
  readonly message: string;
}

/** What an examination knows beside the cluster. */
export interface ExaminationContext {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The clock of the API server, in milliseconds since 1970 and whole seconds. */
  readonly readServerTime: () => Promise<number>;
  /** How this machine reaches Vault. */
  readonly vaultFlags: VaultFlags;
}

/** Examines one part of an installation. Only reads, asks what somebody may do, and dry runs. */
export type Examination = (client: KubeClient, context: ExaminationContext) => Promise<readonly Finding[]>;

/** What to do where something that the chart installs is gone or changed. */
export const RESTORE = 'Upgrade the chart with the same values to restore it';

export function passed(subject: string, message: string): Finding {
  return { subject, state: 'Passed', message };
}

export function noted(subject: string, message: string): Finding {
  return { subject, state: 'Noted', message };
}

export function failed(subject: string, message: string): Finding {
  return { subject, state: 'Failed', message };
}

/** Runs a part of an examination. Where the API server does not answer it, the finding says why. */
export async function readOr(
  subject: string,
  examine: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examine();
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return [{ subject, state: 'Unread', message: error.message }];
  }
}
