import { canonicalJson } from '../lib/canonical-json.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import type { Credentials, CredentialTenant, SecretStores } from './credentials.ts';
import { findSource } from './find-source.ts';
import { keepCredential, type KeptCredential } from './kept-credential.ts';
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
}

export interface CredentialLimits {
  /** Of how many sandboxes something is kept. The one that asked the longest time ago is wiped for one more. */
  readonly maxSandboxes: number;
  /** How many secrets are read at once. One more is refused. */
  readonly maxReads: number;
}

export const CREDENTIAL_LIMITS: CredentialLimits = Object.freeze({ maxSandboxes: 2_048, maxReads: 256 });

interface KeptSandbox {
  /** Who asked last. */
  readonly caller: CredentialCaller;
  /** By name. */
  readonly credentials: Map<string, { readonly binding: string; readonly kept: KeptCredential }>;
}

/** Creates the credentials of the agents of a gateway. Nothing is read before it is asked for, and nothing is written. */
export function createCredentials(options: CredentialsOptions): Credentials {
  const { stores, tenant, isCurrent, limits = CREDENTIAL_LIMITS } = options;
  const all = [stores.kubernetesSecret, ...(stores.vaultKV === null ? [] : [stores.vaultKV])];
  const reads = { max: limits.maxReads, taken: 0 };
  const sandboxes = new Map<string, KeptSandbox>();

  const wipe = (sandboxUID: string): number => {
    const credentials = sandboxes.get(sandboxUID)?.credentials;
    sandboxes.delete(sandboxUID);
    for (const { kept } of credentials?.values() ?? []) kept.end();
    for (const store of all) store.forget(sandboxUID);
    return credentials?.size ?? 0;
  };
  /** What a call of before began after its sandbox was wiped. */
  const wipeStale = (sandboxUID: string): false => {
    wipe(sandboxUID);
    return false;
  };
  /** What is kept of a sandbox. What another pod of it got is not for this one. */
  const keep = (sandboxUID: string, caller: CredentialCaller): KeptSandbox['credentials'] => {
    const known = sandboxes.get(sandboxUID);
    const isSamePod = known?.caller.podUID === caller.podUID;
    if (known !== undefined && !isSamePod) wipe(sandboxUID);
    sandboxes.delete(sandboxUID);
    const [oldest] = sandboxes.keys();
    if (sandboxes.size >= limits.maxSandboxes && oldest !== undefined) wipe(oldest);
    const credentials: KeptSandbox['credentials'] = isSamePod ? known.credentials : new Map();
    sandboxes.set(sandboxUID, { caller, credentials });
    return credentials;
  };

  return {
    get: async (caller, name, signal) => {
      signal.throwIfAborted();
      const source = findSource(name, caller, { stores, tenant: tenant() });
      if ('problem' in source) return source;
      const credentials = keep(source.sandboxUID, caller);
      const binding = canonicalJson(source.binding);
      const known = credentials.get(name);
      if (known?.binding === binding) return unlessAborted(known.kept.get(), signal);
      known?.kept.end();
      const isStill = (): boolean => isCurrent(caller) || wipeStale(source.sandboxUID);
      const kept = keepCredential({ ...options, ...source, caller, isCurrent: isStill, reads });
      credentials.set(name, { binding, kept });
      return unlessAborted(kept.get(), signal);
    },
    wipe,
    review: (podUIDs) => {
      for (const [sandboxUID, { caller }] of sandboxes) {
        const isMeant = podUIDs === 'All' || podUIDs.has(caller.podUID);
        if (isMeant && !isCurrent(caller)) wipe(sandboxUID);
      }
    },
    close: async () => {
      for (const sandboxUID of sandboxes.keys()) wipe(sandboxUID);
      await Promise.all(all.map((store) => store.close()));
    },
  };
}
