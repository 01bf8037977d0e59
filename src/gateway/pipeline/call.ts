import type { AuditLog } from '../../audit/audit-log.ts';
import type { AuditEvent, AuditOutcome, AuditRecordInput } from '../../audit/audit-record-input.ts';
import type { Logger } from '../../lib/log.ts';
import type { CallDecision } from '../../policy/tools/call-decision.ts';
import type { Caller, Identities, IdentityRefusal } from '../identity/caller.ts';
import type { ReadProof } from '../identity/read-proof.ts';
import type { CallLimits } from '../limits/call-limits.ts';
import type { OpenCalls } from './open-calls.ts';
import type { Refusal } from './refusal.ts';

/** How a call ended that was made. */
export interface CallOutcome extends AuditOutcome {
  /** Set where it was ended by a rule: how it ended is recorded then with this decision. */
  readonly refusal?: Refusal;
}

/** What differs between kinds of calls. What is found on the way is kept in it: there is one for each call. */
export interface Operation {
  readonly event: AuditEvent;
  /** The tool that is called; null where none is. The agent chose the name. */
  readonly tool: string | null;
  /** Why it cannot be served for any caller, in one sentence. */
  readonly malformed: string | null;
  /** Whether it could be read at all: what cannot be read proves nothing. */
  readonly isReadable: boolean;
  /** Reads what has to be decided about beside the head of the request, where there is something. Asked after it is authorized. */
  readonly readBody?: (call: Call) => Promise<Refusal | null>;
  /** Decides by the role. Asked again before anything is done. */
  readonly authorize: (caller: Caller) => CallDecision;
  /** How many bytes may leave before it asks for more; 0 where none leave. Asked after it is authorized. */
  readonly firstEgressBytes: () => number;
  /** How many tokens of a model have to be left; none where it is not set. */
  readonly reservedTokens?: () => number;
  /** Takes the memory that its answer needs first. Asked after it is authorized. */
  readonly takeRoom: (caller: Caller) => Refusal | null;
  /** Finds the addresses, and decides about them. */
  readonly resolve: (call: Call) => Refusal | null | Promise<Refusal | null>;
  /** Gets the credential that is added, where there is one. */
  readonly obtainCredential?: (call: Call) => Promise<Refusal | null>;
  /** Does it. Null: there is nothing to do but to answer. */
  readonly dispatch: ((call: Call) => Promise<Refusal | CallOutcome>) | null;
  /** What records say of it, as far as it is known. */
  readonly describe: () => Pick<
    AuditRecordInput,
    'operation' | 'arguments' | 'destination' | 'request' | 'statement'
  >;
}

/** One call on its way through the pipeline. */
export interface Call {
  readonly uid: string;
  readonly operation: Operation;
  /** The source address of its connection. */
  readonly address: string;
  readonly proof: ReadProof;
  /** Aborted where the client is gone, and where the call is cut. */
  readonly ended: AbortController;
  /** Aborts it: the listener of its connection, which a tunnel takes away as it looks at its sockets itself. */
  readonly onClientGone: () => void;
  caller: Caller | null;
  /** Called when it is known who calls. */
  onIdentified: () => void;
  /** What is known of the pod where it was not identified. */
  refused: IdentityRefusal | null;
  decision: CallDecision | null;
  /** Why it was cut. */
  cut: Refusal | null;
  /** Calls that are left at once; null where the call counts against no rate of its own. */
  remaining: number | null;
  /** Takes more bytes of the day; returns whether so many in all may leave. */
  mayLeave: (bytes: number) => boolean;
  /** Bytes that have left, when the call has ended. */
  usedBytes: number;
  /** Says how many tokens a model has used of those that were reserved. */
  useTokens: (tokens: number) => void;
  /** Whether a record was written ahead, which must be followed by its outcome. */
  isIntended: boolean;
  outcome: CallOutcome | null;
  /** Run once when the call has ended. */
  readonly atEnd: ((call: Call) => void)[];
}

/** What the filters use. */
export interface PipelineServices {
  readonly identities: Identities;
  readonly limits: CallLimits;
  readonly audit: AuditLog;
  readonly openCalls: OpenCalls;
  readonly isDraining: () => boolean;
  readonly log: Logger;
  /** Called once for each call that has ended. */
  readonly onEnd: (call: Call, result: CallResult) => void;
}

/** How a call went: what refused it, or how it ended. */
export type CallResult =
  | { readonly refusal: Refusal; readonly stage: string }
  | { readonly outcome: CallOutcome };

/** One step. Returns why the call goes no further, or null. */
export interface Filter {
  readonly name: string;
  readonly run: (call: Call, services: PipelineServices) => Refusal | null | Promise<Refusal | null>;
}

// Without a reason each abort makes an error with a stack.
const CLIENT_GONE = new Error('the client is gone');

/** Creates a call that nothing is known of yet. */
export function createCall(given: Pick<Call, 'uid' | 'operation' | 'address' | 'proof'>): Call {
  const ended = new AbortController();
  return {
    ...given,
    ended,
    onClientGone: () => ended.abort(CLIENT_GONE),
    caller: null,
    onIdentified: () => undefined,
    refused: null,
    decision: null,
    cut: null,
    remaining: null,
    mayLeave: () => false,
    usedBytes: 0,
    useTokens: () => undefined,
    isIntended: false,
    outcome: null,
    atEnd: [],
  };
}
