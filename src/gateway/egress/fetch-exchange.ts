import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { errors } from 'undici';
import { errorCode } from '../../lib/error-code.ts';
import { clientOver } from './client-over.ts';
import { connectTo, type DecideAddresses } from './connect-to.ts';
import { ACCEPT_ENCODING, decodeBody, type HoldBytes, tooLarge } from './decode-body.ts';
import { RefusalError } from './egress-refusal.ts';
import type { Headers } from './fetch-headers.ts';
import type { Network } from './network.ts';
import { secureSocket } from './secure-socket.ts';
import { limitWire, type WireLimit } from './wire-limit.ts';

/** What an exchange needs of the world. */
export interface ExchangeWorld {
  readonly network: Network;
  readonly decideAddresses: DecideAddresses;
  /** Whose certificates are trusted. Those that Node trusts where it is not set. */
  readonly secureContext?: SecureContext;
}

/** One request, decided. */
export interface ExchangeRequest {
  /** Canonical host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Headers;
  readonly body: Buffer | null;
}

export interface ExchangeLimits {
  /** Of the body, as it comes and as it is decompressed. */
  readonly maxResponseBytes: number;
  /** From the end of a request to the head of its response. */
  readonly firstByteMilliseconds: number;
}

/** A request whose response has begun. */
export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly readBody: () => Promise<Buffer>;
}

/** What went over one connection, TLS included, whatever came of it. */
export interface Traffic {
  bytesUp: number;
  bytesDown: number;
  /** Of the connection; null where there was none. */
  address: string | null;
}

export interface ExchangeOptions {
  readonly world: ExchangeWorld;
  readonly request: ExchangeRequest;
  readonly limits: ExchangeLimits;
  readonly hold: HoldBytes;
  /** Added to. */
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
}

const MAX_HEADER_BYTES = 16 * 1_024;

/**
 * Makes one request over a connection of its own, which is gone when this returns. `use` may read the body, or leave it. Throws
 * a RefusalError for whatever the destination does wrong.
 */
export async function withExchange<T>(
  options: ExchangeOptions,
  use: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const { world, request, limits, traffic, signal } = options;
  const { network, decideAddresses } = world;
  const connection = await connectTo(network, request, decideAddresses, signal);
  if ('refusal' in connection) throw new RefusalError(connection.refusal.reason, connection.refusal.message);
  const { socket, address } = connection;
  traffic.address = address;
  const wire = limitWire(socket, limits.maxResponseBytes);
  try {
    const secured = await secureSocket(socket, request.host, { context: world.secureContext, signal });
    wire.watch(secured);
    return await exchangeOver(secured, options, use);
  } catch (error) {
    throw wire.isPassed() ? tooMuch(request.host, wire) : toRefusal(error, request.host, limits);
  } finally {
    wire.stop();
    traffic.bytesUp += socket.bytesWritten;
    traffic.bytesDown += socket.bytesRead;
    socket.destroy();
  }
}

async function exchangeOver<T>(
  secured: TLSSocket,
  { request, limits, hold, signal }: ExchangeOptions,
  use: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const { host, method, target, body } = request;
  const { maxResponseBytes, firstByteMilliseconds } = limits;
  const origin = `https://${isIP(host) === 6 ? `[${host}]` : host}:${request.port}`;
  const client = clientOver(secured, origin, {
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: maxResponseBytes,
    headersTimeout: firstByteMilliseconds,
    bodyTimeout: 0,
  });
  try {
    const headers = {
      'user-agent': 'cloister-gateway',
      ...request.headers,
      'accept-encoding': ACCEPT_ENCODING,
    };
    const response = await client.request({ path: target, method, headers, body, signal });
    const encoding = [response.headers['content-encoding'] ?? []].flat().join(', ');
    return await use({
      status: response.statusCode,
      headers: response.headers,
      readBody: async () => {
        const length = Number(response.headers['content-length'] ?? 0);
        if (method !== 'HEAD' && length > maxResponseBytes) throw tooLarge(host, maxResponseBytes);
        const isEmpty = method === 'HEAD' || [204, 304].includes(response.statusCode);
        const encoded = { encoding: isEmpty ? '' : encoding, host, maxBytes: maxResponseBytes };
        return decodeBody({ stream: response.body, hold, ...encoded });
      },
    });
  } finally {
    secured.destroy();
    // Not waited for: nothing may hold a call longer than its time.
    client.destroy().catch(() => undefined);
  }
}

function tooMuch(host: string, { maxBytes }: WireLimit): RefusalError {
  const message = `"${host}" sent more than ${maxBytes} bytes with one response. Ask for less, or raise maxResponseSize of the tool.`;
  return new RefusalError('ResponseTooLarge', message);
}

/** Errors of sockets, parsers and decoders have codes. What has none is a fault of ours. */
function toRefusal(error: unknown, host: string, limits: ExchangeLimits): unknown {
  const code = error instanceof errors.HTTPParserError ? 'not HTTP' : errorCode(error);
  if (error instanceof RefusalError || code === undefined || code === 'UND_ERR_INVALID_ARG') return error;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLarge(host, limits.maxResponseBytes);
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    const message = `"${host}" did not answer within ${limits.firstByteMilliseconds} ms. Try again later.`;
    return new RefusalError('ResponseTimedOut', message, error);
  }
  const message = `The response of "${host}" cannot be read (${code}). Try again later.`;
  return new RefusalError('ResponseBroken', message, error);
}
