import { credentialProblem } from '../../src/credentials/credential-problem.ts';
import { createCredentials } from '../../src/credentials/create-credentials.ts';
import type { CredentialLimits } from '../../src/credentials/keep-values.ts';
import type { CredentialTenant, GivenCredential } from '../../src/credentials/credentials.ts';
import type {
  Binding,
  CredentialCaller,
  SecretRead,
  SecretStore,
} from '../../src/credentials/secret-store.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { callerOf, createScriptedStore, stored } from './scripted-store.ts';

const BINDING: Binding = {
  name: 'openai',
  vaultKV: { mount: 'secret', path: 'acme/openai', key: 'api_key' },
};
export const UNAVAILABLE: SecretRead = {
  problem: credentialProblem('openai', 'CredentialStoreUnavailable', 'sealed'),
};

interface World {
  readonly answer?: Parameters<typeof createScriptedStore>[0];
  readonly limits?: CredentialLimits;
}

/** Credentials of three sandboxes, and one binding to Vault, by a clock that stands. */
export function openCredentials({ answer = () => stored('key-1'), limits }: World = {}) {
  const clock = createManualClock(1_000_000);
  const store = createScriptedStore(answer);
  const world = {
    bindings: [BINDING] as Binding[] | null,
    vault: undefined as CredentialTenant['vault'],
    current: new Set(['pod-1', 'pod-2', 'pod-3']),
  };
  const logged: { readonly fields: object; readonly message: string }[] = [];
  const log = (fields: object, message: string): void => void logged.push({ fields, message });
  const credentials = createCredentials({
    stores: { kubernetesSecret: createScriptedStore(() => stored('from-kubernetes')), vaultKV: store },
    tenant: () => (world.bindings === null ? null : { credentials: world.bindings, vault: world.vault }),
    isCurrent: ({ podUID }) => world.current.has(podUID),
    clock,
    log: { warn: log, info: log } as never,
    ...(limits === undefined ? {} : { limits }),
  });
  const get = async (
    caller: CredentialCaller = callerOf(),
    name = 'openai',
    signal = new AbortController().signal,
  ) => outcomeOf(await credentials.get(caller, name, signal));
  return { clock, store, world, credentials, get, logged };
}

/** The one value, or the reason of the problem. */
function outcomeOf(given: GivenCredential): string | undefined {
  return 'problem' in given ? given.problem.reason : given.values['value']?.reveal();
}

/** A store that answers when it is told. */
export function heldBack() {
  const waiting: ((read: SecretRead) => void)[] = [];
  const answer: SecretStore['read'] = (_binding, _caller, signal) =>
    new Promise((resolve, reject) => {
      waiting.push(resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  return { answer, release: (read: SecretRead) => waiting.splice(0).forEach((resolve) => resolve(read)) };
}
