import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';

/** What a client asks for when it begins a WebSocket (RFC 6455, section 4.1). */
export interface WebSocketHandshake {
  /** Its `Sec-WebSocket-Key`, which the answer to it proves to have read. */
  readonly key: string;
  /** Subprotocols that are offered to the upstream, in order. None of them holds a key. */
  readonly protocols: readonly string[];
}

export type ReadHandshake = { readonly handshake: WebSocketHandshake } | { readonly finding: Finding };

/** Subprotocols by which clients in browsers, which can set no headers, send a key. */
const KEY_PROTOCOL = /^(?:openai-insecure-api-key|base64url\.bearer\.authorization\.k8s\.io)\./i;
const OPENAI_KEY = /^openai-insecure-api-key\./i;
/** Names of subprotocols are made of short words. A longer one is a key by another name. */
const MAX_PART_CHARACTERS = 24;
const MAX_PROTOCOLS = 16;
/** A token (RFC 9110, section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** The values of a header, from names and values by turns. */
function valuesOf(rawHeaders: readonly string[], wanted: string): readonly string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === wanted,
  );
}

function itemsOf(rawHeaders: readonly string[], wanted: string): readonly string[] {
  return valuesOf(rawHeaders, wanted)
    .flatMap((value) => value.split(','))
    .map((item) => item.trim());
}

/** Whether a request asks for a WebSocket, and for nothing else in place of HTTP. */
export function asksForWebSocket(rawHeaders: readonly string[]): boolean {
  const asked = itemsOf(rawHeaders, 'upgrade');
  return asked.length === 1 && asked[0]?.toLowerCase() === 'websocket';
}

/** The key in the place where the SDK of OpenAI puts it in a browser; null where there is none. */
export function keyOfProtocols(value: string): string | null {
  const found = value.split(',').map((item) => item.trim());
  return found.find((item) => OPENAI_KEY.test(item))?.replace(OPENAI_KEY, '') ?? null;
}

/** Reads the handshake of a request that asks for a WebSocket. A finding shows nothing of a key. */
export function readHandshake(method: string, rawHeaders: readonly string[]): ReadHandshake {
  if (method !== 'GET') {
    const fix = 'Begin the WebSocket with GET.';
    return { finding: { field: 'method', found: show(method), required: 'must be GET', fix } };
  }
  if (!itemsOf(rawHeaders, 'connection').some((item) => item.toLowerCase() === 'upgrade')) {
    return malformed('connection', 'must name "upgrade" (RFC 6455, section 4.1)');
  }
  const versions = valuesOf(rawHeaders, 'sec-websocket-version');
  if (versions.length !== 1 || versions[0] !== '13') {
    return malformed('sec-websocket-version', 'must be there once, and be 13');
  }
  const [key = '', ...others] = valuesOf(rawHeaders, 'sec-websocket-key');
  if (others.length > 0 || !KEY.test(key)) {
    return malformed('sec-websocket-key', 'must be there once, and be 16 bytes in base64');
  }
  const offered = itemsOf(rawHeaders, 'sec-websocket-protocol');
  const areTokens = offered.every((item) => TOKEN.test(item));
  if (!areTokens || offered.length > MAX_PROTOCOLS || new Set(offered).size < offered.length) {
    return malformed('sec-websocket-protocol', `must be at most ${MAX_PROTOCOLS} names, each there once`);
  }
  return { handshake: { key, protocols: offered.filter((item) => !holdsKey(item)) } };
}

function holdsKey(protocol: string): boolean {
  return (
    KEY_PROTOCOL.test(protocol) || protocol.split('.').some(({ length }) => length > MAX_PART_CHARACTERS)
  );
}

function malformed(name: string, required: string): ReadHandshake {
  const fix = 'Begin the WebSocket with a client of RFC 6455.';
  return { finding: { field: 'headers', found: `a handshake with another ${show(name)}`, required, fix } };
}
