import { coalesce } from '../lib/coalesce.ts';
import type { Logger } from '../lib/log.ts';
import type { ServingCertificate } from '../serve/https-server.ts';
import { type CertificateFacts, readCertificateFacts } from './certificate-facts.ts';
import { createCertificateAuthority, issueServingCertificate } from './issue.ts';
import {
  changeAuthorities,
  isAuthorityAction,
  planRotation,
  type RotationAction,
  rotationState,
  type RotationState,
} from './rotation.ts';
import { bundleOf, type StoredAuthorities } from './stored-authorities.ts';

/** What is stored, with its version. Both are null where nothing is stored yet. */
export interface StoredVersion {
  readonly authorities: StoredAuthorities | null;
  readonly version: string | null;
}

/**
 * What the replicas of the webhook share: one set of authorities, and the places where verifiers find the bundle.
 * Faults are thrown. To lose a race is not a fault.
 */
export interface CertificateStore {
  read(): Promise<StoredVersion>;
  /** Returns false, and writes nothing, when the stored version is no longer `version`. */
  write(authorities: StoredAuthorities, version: string | null): Promise<boolean>;
  /** The bundle (PEM) at each place that exists. A place that is created on publishing counts as empty. */
  readBundles(): Promise<readonly string[]>;
  /** Makes every place trust exactly the bundle of these authorities. */
  publish(authorities: StoredAuthorities): Promise<void>;
}

export interface CertificateManagerOptions {
  readonly store: CertificateStore;
  /** DNS names and IP addresses that clients use for the server. */
  readonly hosts: readonly string[];
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with each new serving certificate. */
  readonly onCertificate: (certificate: ServingCertificate) => void;
}

/** The certificates of one replica. */
export interface CertificateStatus {
  readonly serving: RotationState['serving'];
  readonly authority: CertificateFacts | null;
  /** What verifiers must trust, in PEM. Empty before the first check. */
  readonly bundle: string;
}

/** Keeps the certificates of one replica in order. */
export interface CertificateManager {
  /**
   * Runs every step that is due. Calls during a run share one more run after it.
   * Rejects on a fault. The serving certificate then stays as it is, and the next check continues.
   */
  check(): Promise<void>;
  readonly status: () => CertificateStatus;
}

/** Successive steps and lost races take a few rounds. More means that something reverts the changes. */
const MAX_ROUNDS = 8;

/** Creates the manager. Every replica runs one; the store decides which of them succeeds. */
export function createCertificateManager(options: CertificateManagerOptions): CertificateManager {
  const { store } = options;
  let status: CertificateStatus = { serving: null, authority: null, bundle: '' };

  const run = async (): Promise<void> => {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const stored = await store.read();
      const state = await gather(stored, store, status.serving);
      if (stored.authorities !== null && state.authorities !== null) {
        status = { ...status, authority: state.authorities.current, bundle: bundleOf(stored.authorities) };
      }
      const actions = planRotation(state, options.now());
      if (actions.length === 0) return;
      const faults: unknown[] = [];
      for (const action of actions) {
        try {
          const serving = await perform(action, stored, options);
          if (serving !== null) status = { ...status, serving };
        } catch (error) {
          // The other steps still run: a place that rejects its bundle must not prevent the renewal of a certificate.
          faults.push(new Error(`certificates: ${action} failed`, { cause: error }));
        }
      }
      if (faults.length > 0) throw faults[0] as Error;
    }
    throw new Error(
      `certificates: not settled after ${MAX_ROUNDS} rounds; something else writes the Secret, the ConfigMap or caBundle`,
    );
  };
  return { check: coalesce(run), status: () => status };
}

async function gather(
  { authorities }: StoredVersion,
  store: CertificateStore,
  serving: RotationState['serving'],
): Promise<RotationState> {
  if (authorities === null) return { authorities: null, bundles: [], serving };
  return rotationState(authorities, await store.readBundles(), serving);
}

async function perform(
  action: RotationAction,
  { authorities, version }: StoredVersion,
  options: CertificateManagerOptions,
): Promise<RotationState['serving']> {
  const { store, log, now } = options;
  if (isAuthorityAction(action)) {
    const changed = await changeAuthorities(action, authorities, () => createCertificateAuthority(now()));
    const won = await store.write(changed, version);
    log.info({ action, won }, 'certificate authorities changed');
    return null;
  }
  if (authorities === null) return null;
  if (action === 'IssueCertificate') return issue(authorities, options);
  await store.publish(authorities);
  log.info({ action }, 'certificate bundle published');
  return null;
}

async function issue(
  { current }: StoredAuthorities,
  { hosts, now, log, onCertificate }: CertificateManagerOptions,
): Promise<NonNullable<RotationState['serving']>> {
  const certificate = await issueServingCertificate(current, hosts, now());
  const facts = readCertificateFacts(certificate.certificate);
  onCertificate(certificate);
  const expires = new Date(facts.notAfter).toISOString();
  log.info({ action: 'IssueCertificate', hosts, expires }, 'serving certificate changed');
  return { ...facts, signedBy: readCertificateFacts(current.certificate).fingerprint };
}
