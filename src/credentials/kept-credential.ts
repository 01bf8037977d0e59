import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import type { Reason } from '../policy/reasons.ts';
import { credentialProblem } from './credential-problem.ts';
import type { GivenCredential } from './credentials.ts';
import type { Binding, CredentialCaller, SecretRead, SecretStore } from './secret-store.ts';

/** One credential of one pod: it is read when it is asked for, and kept until its time is over. */
export interface KeptCredential {
  /** What was read; where it is being read, what that gives. Never rejects. */
  readonly get: () => Promise<GivenCredential>;
  /** Forgets it, and ends the read that is under way: its callers get a problem. */
  readonly end: () => void;
  /** Whether there are values of it in memory. */
  readonly isKept: () => boolean;
  /** Whether it could not be read, so recently that its store is not asked again yet. */
  readonly isPaused: () => boolean;
}

export interface KeptCredentialOptions {
  readonly store: SecretStore;
  readonly binding: Binding;
  readonly caller: CredentialCaller;
  /** Whether the caller is still who it was identified as. */
  readonly isCurrent: () => boolean;
  readonly reads: ReadSlots;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly onRead?: OnCredentialRead;
}

/** Called for each read of a store that has ended, with the reason of its problem, or null. */
export type OnCredentialRead = (problem: Reason | null, seconds: number) => void;

/** How many secrets may be read at once, in all. */
export interface ReadSlots {
  readonly max: number;
  taken: number;
}

/** For the whole of a read: a token, a login and the secret. */
const MAX_READ_MILLISECONDS = 10_000;

/** A store that gave a problem is not asked again so soon: every call would. */
const PROBLEM_MILLISECONDS = 1_000;

/** A secret is given up so long before its time is over, for the call that it is attached to; a tenth of its time where that is less. */
const MAX_MARGIN_MILLISECONDS = 10_000;

// Without a reason each abort makes an error with a stack.
const ENDED = new Error('the credential is kept no longer');

interface Held {
  readonly given: GivenCredential;
  /** In milliseconds of the clock. */
  readonly until: number;
  readonly ending: AbortController;
}

/** Keeps nothing yet. */
export function keepCredential(options: KeptCredentialOptions): KeptCredential {
  const { clock, reads } = options;
  const ending = new AbortController();
  const report = createReport(options);
  let held: Held | null = null;
  let reading: Promise<GivenCredential> | null = null;

  const hold = (next: Held): void => {
    held = next;
    // The text of a secret must not stay in the memory because nobody asks for it again.
    const drop = (): void => {
      held = held === next ? null : held;
      next.ending.abort(ENDED);
    };
    clock.sleep(Math.max(0, next.until - clock.now()), ending.signal).then(drop, drop);
  };
  const read = async (): Promise<GivenCredential> => {
    const since = clock.now();
    reads.taken += 1;
    const found = await readNow(options, ending.signal);
    reads.taken -= 1;
    reading = null;
    options.onRead?.('problem' in found ? found.problem.reason : null, (clock.now() - since) / 1_000);
    const over = new AbortController();
    const given = 'problem' in found ? found : { values: found.values, ended: over.signal };
    if (ending.signal.aborted) {
      over.abort(ENDED);
      return given;
    }
    report(found);
    const milliseconds = 'problem' in found ? PROBLEM_MILLISECONDS : usable(found.ttlMilliseconds);
    hold({ given, until: since + milliseconds, ending: over });
    return given;
  };
  return {
    get: async () => {
      if (held !== null && clock.now() < held.until) return held.given;
      if (reading === null && reads.taken >= reads.max) return tooMany(options);
      reading ??= read();
      return reading;
    },
    end: () => {
      ending.abort(ENDED);
      held?.ending.abort(ENDED);
      held = null;
    },
    isKept: () => held !== null && 'values' in held.given,
    isPaused: () => held !== null && 'problem' in held.given && clock.now() < held.until,
  };
}

function usable(ttlMilliseconds: number): number {
  return ttlMilliseconds - Math.min(ttlMilliseconds / 10, MAX_MARGIN_MILLISECONDS);
}

/** Never rejects. What is read for a caller who is not the same any more is not given. */
async function readNow(
  { store, binding, caller, isCurrent, clock }: KeptCredentialOptions,
  signal: AbortSignal,
): Promise<SecretRead> {
  const onTimeout = (): Error => new Error(`it was not read within ${MAX_READ_MILLISECONDS / 1000} s`);
  const cut = { problem: credentialProblem(binding.name, 'CallCut', 'it was wiped while it was read') };
  try {
    const deadline = { clock, milliseconds: MAX_READ_MILLISECONDS, signal, onTimeout };
    const found = await withDeadline(deadline, (ended) => store.read(binding, caller, ended));
    return isCurrent() && !signal.aborted ? found : cut;
  } catch (error) {
    if (signal.aborted) return cut;
    return { problem: credentialProblem(binding.name, 'CredentialStoreUnavailable', errorMessage(error)) };
  }
}

/** Logs a problem once until it is another or none. */
function createReport({ binding, caller, log }: KeptCredentialOptions): (read: SecretRead) => void {
  let last: Reason | null = null;
  const fields = { credential: binding.name, namespace: caller.namespace, sandbox: caller.sandbox };
  return (read) => {
    const reason = 'problem' in read ? read.problem.reason : null;
    if (reason === last) return;
    last = reason;
    if ('problem' in read) {
      log.warn({ ...fields, reason, problem: read.problem.detail }, 'a credential could not be read');
    } else log.info(fields, 'a credential can be read again');
  };
}

function tooMany({ binding, reads }: KeptCredentialOptions): GivenCredential {
  const detail = `${reads.taken} secrets are being read at once`;
  return { problem: credentialProblem(binding.name, 'CredentialStoreUnavailable', detail) };
}
