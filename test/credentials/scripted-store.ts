import { Secret } from '../../src/lib/secret.ts';
import type {
  Binding,
  CredentialCaller,
  SecretRead,
  SecretStore,
} from '../../src/credentials/secret-store.ts';

export interface AskedStore extends SecretStore {
  /** The names of credentials in the order in which they were read, each with its pod. */
  readonly asked: readonly string[];
  readonly forgotten: readonly string[];
}

type Answer = (
  binding: Binding,
  caller: CredentialCaller,
  signal: AbortSignal,
) => SecretRead | Promise<SecretRead>;

/** A store that answers as it is told. */
export function createScriptedStore(answer: Answer): AskedStore {
  const asked: string[] = [];
  const forgotten: string[] = [];
  return {
    asked,
    forgotten,
    read: async (binding, caller, signal) => {
      asked.push(`${caller.podUID} ${binding.name}`);
      return answer(binding, caller, signal);
    },
    forget: (sandboxUID) => void forgotten.push(sandboxUID),
    close: () => Promise.resolve(),
  };
}

export function stored(value: string, ttlSeconds = 900): SecretRead {
  return { values: { value: new Secret(value) }, ttlMilliseconds: ttlSeconds * 1000 };
}

export function callerOf(number = 1, changes: Partial<CredentialCaller> = {}): CredentialCaller {
  return {
    namespace: 'acme-agents',
    podUID: `pod-${number}`,
    sandbox: `agent-${number}`,
    sandboxUID: `sandbox-${number}`,
    proof: 'Secret',
    ...changes,
  };
}
