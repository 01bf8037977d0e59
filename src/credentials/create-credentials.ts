import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import type { Credentials, CredentialTenant, SecretStores } from './credentials.ts';
import { findSource, sourceKey } from './find-source.ts';
import { keepCredential, type OnCredentialRead } from './kept-credential.ts';
import { createKeptSandboxes } from './kept-sandboxes.ts';
import type { CredentialCaller } from './secret-store.ts';

export interface CredentialsOptions {
  readonly stores: SecretStores;
  /** What the tenant binds now; null where that is not known. */
  readonly tenant: () => CredentialTenant | null;
  /** Whether a caller is still who it was identified as, as far as that can be known now. */
  readonly isCurrent: (caller: CredentialCaller) => boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly limits?: CredentialLimits;
  readonly onRead?: OnCredentialRead;
}

/** Credentials that are kept here, which can be counted. */
export interface KeptHere extends Credentials {
  /** How many have values in memory. */
  readonly kept: () => number;
}

export interface CredentialLimits {
  /** Of how many sandboxes something is kept. The one that asked the longest time ago is wiped for one more. */
  readonly maxSandboxes: number;
  /** How many secrets are read at once. One more is refused. */
  readonly maxReads: number;
}

export const CREDENTIAL_LIMITS: CredentialLimits = Object.freeze({ maxSandboxes: 2_048, maxReads: 256 });

/** Creates the credentials of the agents of a gateway. Nothing is read before it is asked for, and nothing is written. */
export function createCredentials(options: CredentialsOptions): KeptHere {
  const { stores, tenant, isCurrent, limits = CREDENTIAL_LIMITS } = options;
  const all = [stores.kubernetesSecret, ...(stores.vaultKV === null ? [] : [stores.vaultKV])];
  const reads = { max: limits.maxReads, taken: 0 };
  const sandboxes = createKeptSandboxes(limits.maxSandboxes, all);
  const wipeUnlessCurrent = (sandboxUID: string, caller: CredentialCaller): boolean => {
    if (isCurrent(caller)) return true;
    sandboxes.wipe(sandboxUID);
    return false;
  };
  return {
    get: async (caller, name, signal) => {
      signal.throwIfAborted();
      const source = findSource(name, caller, { stores, tenant: tenant() });
      if ('problem' in source) return source;
      const { key, sandboxUID } = source;
      const credentials = sandboxes.of(sandboxUID, caller);
      const known = credentials.get(name);
      if (known?.key === key) return unlessAborted(known.kept.get(), signal);
      known?.kept.end();
      // What was let in before its sandbox was cut off may ask after the wipe.
      const isStill = (): boolean => wipeUnlessCurrent(sandboxUID, caller);
      const kept = keepCredential({ ...options, ...source, caller, isCurrent: isStill, reads });
      credentials.set(name, { key, kept });
      return unlessAborted(kept.get(), signal);
    },
    wipe: (sandboxUID) => sandboxes.end(sandboxUID, (_name, { kept }) => !kept.isPaused()),
    kept: sandboxes.kept,
    review: (podUIDs) => {
      const keys = boundKeys(tenant());
      for (const [sandboxUID, caller] of sandboxes.callers()) {
        const isConcerned = podUIDs === 'All' || podUIDs.has(caller.podUID);
        if (!isConcerned || !wipeUnlessCurrent(sandboxUID, caller) || keys === null) continue;
        sandboxes.end(sandboxUID, (name, { key }) => keys.get(name) !== key);
      }
    },
    close: async () => {
      for (const [sandboxUID] of sandboxes.callers()) sandboxes.wipe(sandboxUID);
      await Promise.all(all.map((store) => store.close()));
    },
  };
}

/** What each credential of a tenant is read by, by its name; null where that is not known. */
function boundKeys(tenant: CredentialTenant | null): ReadonlyMap<string, string> | null {
  return tenant && new Map(tenant.credentials.map((binding) => [binding.name, sourceKey(binding, tenant)]));
}
