import type { StoredAuthorities } from './stored-authorities.ts';

/** What is stored, with the version to write over; null where there is nothing yet. */
export interface StoredVersion {
  readonly authorities: StoredAuthorities | null;
  readonly version: string | null;
}

/**
 * Where replicas of the webhook meet: one set of authorities, and the places that tell verifiers what to trust.
 * Its faults are thrown; losing a race is not one.
 */
export interface CertificateStore {
  read(): Promise<StoredVersion>;
  /** Writes unless somebody else did since `version`; false then, and the winner's is there to be read. */
  write(authorities: StoredAuthorities, version: string | null): Promise<boolean>;
  /** The bundle (PEM) at each place that exists. A place that is made on publishing counts as empty. */
  readBundles(): Promise<readonly string[]>;
  /** Makes every place trust exactly the bundle of these authorities. */
  publish(authorities: StoredAuthorities): Promise<void>;
}
