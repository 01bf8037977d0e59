import type { Logger } from '../lib/log.ts';
import { type CertificateFacts, fingerprintsOf, readCertificateFacts } from './certificate-facts.ts';
import type { CertificateStore, StoredVersion } from './certificate-store.ts';
import { changeAuthorities, isAuthorityAction } from './change-authorities.ts';
import { coalesce } from '../lib/coalesce.ts';
import { createCertificateAuthority, issueServingCertificate } from './issue.ts';
import { planRotation, type RotationAction, type RotationState } from './plan-rotation.ts';
import type { ServingCertificate } from './serving-certificate.ts';
import { bundleOf, type StoredAuthorities } from './stored-authorities.ts';

/** What the manager works with. */
export interface CertificateManagerOptions {
  readonly store: CertificateStore;
  /** DNS names and IP addresses that the API server calls the webhook by. */
  readonly hosts: readonly string[];
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with each certificate that is to be served from now on. */
  readonly onCertificate: (certificate: ServingCertificate) => void;
}

/** What a replica knows of its certificates. */
export interface CertificateStatus {
  readonly serving: RotationState['serving'];
  readonly authority: CertificateFacts | null;
  /** What verifiers are told to trust, in PEM; empty before the first check. */
  readonly bundle: string;
}

/** Keeps the certificates of one replica in order. */
export interface CertificateManager {
  /**
   * Looks at everything once and does what is to be done. Calls during a run share one more run after it.
   * Rejects on a fault; what is served stays as it is, and the next check goes on from there.
   */
  check(): Promise<void>;
  readonly status: () => CertificateStatus;
}

/** Steps that follow one another and lost races need a few rounds; more means that somebody keeps changing things back. */
const MOST_ROUNDS = 8;

/** Builds the manager. Every replica runs one; the store decides who wins. */
export function createCertificateManager(options: CertificateManagerOptions): CertificateManager {
  const { store } = options;
  let status: CertificateStatus = { serving: null, authority: null, bundle: '' };

  const run = async (): Promise<void> => {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
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
          // The others are still tried: a place that refuses its bundle must not keep a certificate from being renewed.
          faults.push(new Error(`certificates: ${action} failed`, { cause: error }));
        }
      }
      if (faults.length > 0) throw faults[0] as Error;
    }
    throw new Error(
      `certificates: not settled after ${MOST_ROUNDS} rounds; something else writes the Secret, the ConfigMap or caBundle`,
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
  const { current, next, previous } = authorities;
  const bundles = await store.readBundles();
  return {
    authorities: {
      current: readCertificateFacts(current.certificate),
      next: next === null ? null : readCertificateFacts(next.certificate),
      previous: previous === null ? null : readCertificateFacts(previous),
    },
    bundles: bundles.map(fingerprintsOf),
    serving,
  };
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
