import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Credentials, CredentialTenant, GivenValues, SecretStores } from './credentials.ts';
import { findSource, sourceKey } from './find-source.ts';
import { type CredentialLimits, keepValues } from './keep-values.ts';
import type { OnCredentialRead, ValueRead } from './kept-value.ts';
import type { CredentialCaller, SecretRead } from './secret-store.ts';

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

/** Creates the credentials of the agents of a gateway. Nothing is read before it is asked for, and nothing is written. */
export function createCredentials(options: CredentialsOptions): KeptHere {
  const { stores, tenant } = options;
  const all = [stores.kubernetesSecret, ...(stores.vaultKV === null ? [] : [stores.vaultKV])];
  const { wipeAll, ...kept } = keepValues<StoredValues>({
    ...options,
    renewPart: 1,
    find: (name, caller) => {
      const source = findSource(name, caller, { stores, tenant: tenant() });
      if ('problem' in source) return source;
      const { store, binding, key, sandboxUID } = source;
      return { key, sandboxUID, read: async (signal) => valueOf(await store.read(binding, caller, signal)) };
    },
    keys: () => boundKeys(tenant()),
    forget: (sandboxUID) => {
      for (const store of all) store.forget(sandboxUID);
    },
  });
  return {
    ...kept,
    close: async () => {
      wipeAll();
      await Promise.all(all.map((store) => store.close()));
    },
  };
}

type StoredValues = Omit<GivenValues, 'ended'>;

function valueOf(read: SecretRead): ValueRead<StoredValues> {
  if ('problem' in read) return read;
  const { values, ttlMilliseconds } = read;
  return { value: { values }, ttlMilliseconds };
}

/** What each credential of a tenant is read by, by its name; null where that is not known. */
function boundKeys(tenant: CredentialTenant | null): ReadonlyMap<string, string> | null {
  return tenant && new Map(tenant.credentials.map((binding) => [binding.name, sourceKey(binding, tenant)]));
}
