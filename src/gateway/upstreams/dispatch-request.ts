import type { Readable } from 'node:stream';
import type { Reason } from '../../policy/reasons.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import type { Call, CallOutcome } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { createModelUsage } from './model-usage.ts';
import { createUpstreamRedirects } from './redirects.ts';
import { DEFAULT_HEADERS, sendRequest, type SentRequest, type SentTraffic } from './send-request.ts';
import { createUpload, createWholeUpload, hasBody } from './upload.ts';
import { type Around, MAX_HEAD_BYTES, requestOf, type UpstreamState } from './upstream-state.ts';

/** Sends the request that was decided, passes its response on, and says how it ended. */
export async function dispatchRequest(call: Call, around: Around): Promise<CallOutcome> {
  const { incoming, services, state } = around;
  const request = requestOf(state);
  const { by, destination, credential } = state;
  if (destination === null || by === null) throw new Error('the destination is not known');
  const traffic: SentTraffic = { bytesUp: 0, bytesDown: 0, address: null, status: null };
  const redirects = createUpstreamRedirects(call, request, services.audit);
  const kept = services.usageRoom.enter();
  const { usage, keepsUsageEvent } = takeModel(state, (bytes) => kept.hold(by.podUID, bytes) === null);
  const { body, headers } = contentOf(call, around);
  const time = limitTime(call, request.upstream.maxMilliseconds, request.upstream.host);
  try {
    await sendRequest(
      services,
      {
        request,
        destination,
        headers,
        body,
        owner: by.sandboxUID ?? by.podUID,
        gateway: incoming.gateway,
        response: incoming.response,
        forms: credential.forms,
        certificate: credential.certificate,
        usage,
        keepsUsageEvent,
        redirects,
      },
      traffic,
      time.signal,
    );
    return { succeeded: true, reason: 'Answered', ...told(traffic) };
  } catch (error) {
    return failed(call, { error, rule: request.upstream.rule, traffic, refusal: redirects.refusal() });
  } finally {
    time.end();
    state.address = traffic.address;
    call.usedBytes = traffic.bytesUp;
    // Nobody was asked where there was no connection.
    if (usage !== null) call.useTokens(usage.tokens(traffic.address !== null));
    kept.leave();
  }
}

/** What follows what a model uses. The parsed body is forgotten: it is many times as large as what is sent, and a stream may last. */
function takeModel(
  state: UpstreamState,
  hold: (bytes: number) => boolean,
): Pick<SentRequest, 'usage' | 'keepsUsageEvent'> {
  const { model } = state;
  const { llm } = requestOf(state).upstream;
  state.parsed = null;
  state.model = null;
  if (model === null || llm === null) return { usage: null, keepsUsageEvent: false };
  return { usage: createModelUsage(llm.api, model, hold), keepsUsageEvent: model.addsUsageEvent };
}

/** The headers that are sent. The credential is in place of whatever the agent sent under its names. */
export function headersOf(state: UpstreamState): Record<string, string> {
  const { credential } = state;
  const headers: Record<string, string> = { ...DEFAULT_HEADERS, ...requestOf(state).headers };
  for (const name of credential.removes) delete headers[name];
  for (const [name, value] of Object.entries(credential.headers)) headers[name] = value.reveal();
  return headers;
}

/** The headers and the body that are sent. */
function contentOf(
  call: Call,
  { incoming: { request: asked, held }, state }: Around,
): { readonly headers: Record<string, string>; readonly body: Readable | null } {
  const { body: whole } = state;
  const headers = headersOf(state);
  if (whole !== null) {
    // A response may last for hours, and needs no body.
    state.body = null;
    headers['content-length'] = String(whole.length);
    return { headers, body: createWholeUpload(whole, held.leave) };
  }
  if (!hasBody(asked)) return { headers, body: null };
  const length = asked.headers['content-length'];
  if (length !== undefined) headers['content-length'] = length;
  const mayLeave = (bytes: number): boolean => call.mayLeave(MAX_HEAD_BYTES + bytes);
  return { headers, body: createUpload(asked, mayLeave) };
}

/** How long an exchange may go on. */
interface LimitedTime {
  readonly signal: AbortSignal;
  /** Forgets the time; the exchange is over. */
  readonly end: () => void;
}

/** A signal that is aborted with the call, and when it takes too long. */
export function limitTime({ ended }: Call, milliseconds: number, host: string): LimitedTime {
  const controller = new AbortController();
  const message = `"${host}" did not end its response within ${milliseconds} ms. Ask for less.`;
  const timer = setTimeout(
    () => controller.abort(new RefusalError('ResponseTimedOut', message)),
    milliseconds,
  );
  const onAbort = (): void => controller.abort(ended.signal.reason);
  if (ended.signal.aborted) onAbort();
  ended.signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      ended.signal.removeEventListener('abort', onAbort);
    },
  };
}

export function told({ bytesUp, bytesDown, status }: SentTraffic): Partial<CallOutcome> {
  return { bytesUp, bytesDown, ...(status === null ? {} : { status }) };
}

/** The fields of an upstream that would have to change. */
const RULES: Readonly<Partial<Record<Reason, string>>> = {
  ResponseTimedOut: 'timeouts',
  RedirectNotAllowed: 'followRedirectsTo',
};

interface Failure {
  readonly error: unknown;
  readonly rule: string;
  readonly traffic: SentTraffic;
  /** Why a redirect could not be recorded; null where that is not why. */
  readonly refusal: Refusal | null;
}

export function failed(call: Call, { error, rule, traffic, refusal: found }: Failure): CallOutcome {
  if (call.cut !== null) {
    return { succeeded: false, reason: call.cut.reason, refusal: call.cut, ...told(traffic) };
  }
  // Nobody is left to be told, and no rule has ended it.
  if (call.ended.signal.aborted) return { succeeded: false, reason: 'ClientGone', ...told(traffic) };
  if (!(error instanceof RefusalError)) throw error;
  const { reason, message } = error.refusal;
  const field = RULES[reason];
  const isBudget = reason === 'BudgetUsedUp';
  const changed = isBudget
    ? 'spec.budgets.egressBytesPerDay'
    : field === undefined
      ? null
      : `${rule}.${field}`;
  const refusal = found ?? refuse(reason, { message, rule: changed });
  return { succeeded: false, reason, refusal, ...told(traffic) };
}
