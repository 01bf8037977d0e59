import type { IncomingMessage } from 'node:http';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { readBody } from '../../serve/body.ts';
import { isRequestProblem } from '../../serve/problem.ts';
import type { HeldBytes } from '../limits/byte-room.ts';
import type { Call } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';

/** A body that is there as a whole, or why there is none. */
export type WholeBody = { readonly bytes: Buffer } | { readonly refusal: Refusal };

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly deadlineMilliseconds: number;
}

/** Reads the body of a request before anything is sent. It takes the room of its pod as it comes. */
export async function readWholeBody(
  call: Call,
  request: IncomingMessage,
  held: HeldBytes,
  limits: BodyLimits,
): Promise<WholeBody> {
  const podUID = call.caller?.podUID;
  if (podUID === undefined) throw new Error('the caller is not known');
  let bytes = 0;
  let refusal: Refusal | null = null;
  const reserve = (more: number): boolean => {
    bytes += more;
    refusal = held.hold(podUID, bytes);
    return refusal === null;
  };
  const body = await readBody(request, { reserve }, limits, call.ended.signal);
  if (refusal !== null) return { refusal };
  if (body === null || call.ended.signal.aborted) return { refusal: call.cut ?? refuse('CallCut') };
  if (!isRequestProblem(body)) return { bytes: body };
  const message = `The request is refused: ${body.text}.`;
  return {
    refusal: refuse(body.reason === 'TooLarge' ? 'RequestTooLarge' : 'RequestMalformed', { message }),
  };
}

/**
 * Most values in the body of a request for a model, lists and objects included. A conversation of thousands of messages has fewer, and
 * its length is in its texts. Each value that does not fit costs about a hundred times what it takes in the body.
 */
export const MAX_MODEL_BODY_VALUES = 50_000;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the body of a request for a model, which every parser reads in the same way, or says why it cannot. */
export function parseModelBody(
  { headers }: Pick<IncomingMessage, 'headers'>,
  bytes: Buffer,
): { readonly value: unknown } | { readonly refusal: Refusal } {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json' || headers['content-encoding'] !== undefined) {
    return malformed('must be application/json, without Content-Encoding');
  }
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return malformed('must be UTF-8');
  }
  const parsed = parseStrictJson(text, MAX_MODEL_BODY_VALUES);
  return 'value' in parsed
    ? parsed
    : malformed(`must be JSON that can be read in one way: ${parsed.problem}`);
}

function malformed(required: string): { readonly refusal: Refusal } {
  return {
    refusal: refuse('RequestMalformed', { message: `The body of a request for a model ${required}.` }),
  };
}
