import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { errorMessage } from '../lib/error-message.ts';
import type { Logger } from '../lib/log.ts';
import type { Reason } from '../policy/reasons.ts';
import { credentialProblem } from './credential-problem.ts';
import type { CredentialCaller, CredentialProblem } from './secret-store.ts';

/** A value as it was read now, and how long it may be used, from when it was asked for. 0: for the one call. */
export type ValueRead<Value> =
  | { readonly value: Value; readonly ttlMilliseconds: number }
  | { readonly problem: CredentialProblem };

/**
 * What a caller gets. Every one that is given what is kept gets the same object; `ended` is aborted when that is kept no longer: its
 * time is over, or it is wiped.
 */
export type Given<Value> =
  | (Value & { readonly ended: AbortSignal })
  | { readonly problem: CredentialProblem };

/** One credential of one pod: it is read when it is asked for, and kept until its time is over. */
export interface KeptValue<Value> {
  /** What was read; where it is being read, what that gives. Never rejects. */
  readonly get: () => Promise<Given<Value>>;
  /** Forgets it, and ends the read that is under way: its callers get a problem. */
  readonly end: () => void;
  /** Whether there are values of it in memory. */
  readonly isKept: () => boolean;
  /** Whether it could not be read, so recently that its store is not asked again yet. */
  readonly isPaused: () => boolean;
}

export interface KeptValueOptions<Value> {
  /** Of the credential. */
  readonly name: string;
  /** Rejects with the reason of the signal. */
  readonly read: (signal: AbortSignal) => Promise<ValueRead<Value>>;
  /** Of the time of a value, after which another is read while it is still given. 1: none is read before its end. */
  readonly renewPart: number;
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

interface Held<Value> {
  readonly given: Given<Value>;
  /** In milliseconds of the clock. */
  readonly until: number;
  /** When another is due. */
  readonly renewTime: number;
  readonly ending: AbortController;
}

/** Keeps nothing yet. */
export function keepValue<Value extends object>(options: KeptValueOptions<Value>): KeptValue<Value> {
  const { clock, reads } = options;
  const ending = new AbortController();
  const report = createReport(options);
  let held: Held<Value> | null = null;
  let reading: Promise<Given<Value>> | null = null;
  let pauseEnd = 0;

  const hold = (next: Held<Value>): void => {
    // What cannot be renewed yet is still good.
    if ('problem' in next.given && held !== null && clock.now() < held.until) return;
    held = next;
    // The text of a secret must not stay in the memory because nobody asks for it again. One that was renewed lives to its end.
    const drop = (): void => {
      held = held === next ? null : held;
      next.ending.abort(ENDED);
    };
    clock.sleep(Math.max(0, next.until - clock.now()), ending.signal).then(drop, drop);
  };
  const read = async (): Promise<Given<Value>> => {
    const since = clock.now();
    const found = await readCounted(options, ending.signal);
    reading = null;
    const next = heldFrom(found, since, options.renewPart);
    if (ending.signal.aborted) {
      next.ending.abort(ENDED);
      return next.given;
    }
    report(found);
    if ('problem' in found) pauseEnd = next.until;
    hold(next);
    return next.given;
  };
  return {
    get: async () => {
      const now = clock.now();
      if (held !== null && now < held.until) {
        const isDue = now >= Math.max(held.renewTime, pauseEnd) && reading === null;
        if (isDue && reads.taken < reads.max) reading = read();
        return held.given;
      }
      if (reading === null && reads.taken >= reads.max) return tooMany(options);
      return (reading ??= read());
    },
    end: () => {
      ending.abort(ENDED);
      held?.ending.abort(ENDED);
      held = null;
    },
    isKept: () => held !== null && !('problem' in held.given),
    isPaused: () => held !== null && 'problem' in held.given && clock.now() < held.until,
  };
}

/** What is held of a read that began at a time. */
function heldFrom<Value>(found: ValueRead<Value>, since: number, renewPart: number): Held<Value> {
  const ending = new AbortController();
  if ('problem' in found)
    return { given: found, until: since + PROBLEM_MILLISECONDS, renewTime: Infinity, ending };
  const { value, ttlMilliseconds } = found;
  return {
    given: { ...value, ended: ending.signal },
    until: since + usable(ttlMilliseconds),
    renewTime: since + ttlMilliseconds * renewPart,
    ending,
  };
}

function usable(ttlMilliseconds: number): number {
  return ttlMilliseconds - Math.min(ttlMilliseconds / 10, MAX_MARGIN_MILLISECONDS);
}

/** The same as {@link readNow}, counted while it lasts and reported when it has ended. */
async function readCounted<Value>(
  options: KeptValueOptions<Value>,
  signal: AbortSignal,
): Promise<ValueRead<Value>> {
  const { clock, reads, onRead } = options;
  const since = clock.now();
  reads.taken += 1;
  const found = await readNow(options, signal);
  reads.taken -= 1;
  onRead?.('problem' in found ? found.problem.reason : null, (clock.now() - since) / 1_000);
  return found;
}

/** Never rejects. What is read for a caller who is not the same any more is not given. */
async function readNow<Value>(
  { name, read, isCurrent, clock }: KeptValueOptions<Value>,
  signal: AbortSignal,
): Promise<ValueRead<Value>> {
  const onTimeout = (): Error => new Error(`it was not read within ${MAX_READ_MILLISECONDS / 1000} s`);
  const cut = { problem: credentialProblem(name, 'CallCut', 'it was wiped while it was read') };
  try {
    const deadline = { clock, milliseconds: MAX_READ_MILLISECONDS, signal, onTimeout };
    const found = await withDeadline(deadline, read);
    return isCurrent() && !signal.aborted ? found : cut;
  } catch (error) {
    if (signal.aborted) return cut;
    return { problem: credentialProblem(name, 'CredentialStoreUnavailable', errorMessage(error)) };
  }
}

/** Logs a problem once until it is another or none. */
function createReport<Value>({
  name,
  caller,
  log,
}: KeptValueOptions<Value>): (read: ValueRead<Value>) => void {
  let last: Reason | null = null;
  const fields = { credential: name, namespace: caller.namespace, sandbox: caller.sandbox };
  return (read) => {
    const reason = 'problem' in read ? read.problem.reason : null;
    if (reason === last) return;
    last = reason;
    if ('problem' in read) {
      log.warn({ ...fields, reason, problem: read.problem.detail }, 'a credential could not be read');
    } else log.info(fields, 'a credential can be read again');
  };
}

function tooMany<Value>({ name, reads }: KeptValueOptions<Value>): { readonly problem: CredentialProblem } {
  const detail = `${reads.taken} secrets are being read at once`;
  return { problem: credentialProblem(name, 'CredentialStoreUnavailable', detail) };
}
