import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { type EgressRefusal, RefusalError } from './egress-refusal.ts';

/** What a request may be answered with. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

/** A window of 8 MiB is what RFC 9659 allows; a decoder would otherwise take what the frame asks for. */
const ZSTD_WINDOW_LOG = 23;

/** Asked before so many bytes of a body in all are kept. Returns why they cannot be, or null. */
export type HoldBytes = (bytes: number) => EgressRefusal | null;

/** A body as it is on the wire. */
export interface EncodedBody {
  readonly stream: Readable;
  /** The header Content-Encoding; empty where there is none. */
  readonly encoding: string;
  readonly host: string;
  readonly maxBytes: number;
  readonly hold: HoldBytes;
}

/**
 * Reads a body and decompresses it. Bytes are counted behind the decompression, piece by piece, so that a small body never grows
 * beyond the limit in memory. Rejects with a RefusalError over the limit, and with the error of the decoder for a body that is broken
 * or cut off. The stream is destroyed then.
 */
export async function decodeBody({ stream, ...encoded }: EncodedBody): Promise<Buffer> {
  const { encoding, host, maxBytes, hold } = encoded;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(host, maxBytes);
      const full = hold(bytes);
      if (full !== null) throw new RefusalError(full.reason, full.message);
      // A piece of a larger buffer would keep all of that.
      chunks.push(chunk.buffer.byteLength > 2 * chunk.length ? Buffer.from(chunk) : chunk);
    }
  };
  const decoder = createDecoder(encoding, host);
  await (decoder === null ? pipeline(stream, collect) : pipeline(stream, decoder, collect));
  return Buffer.concat(chunks, bytes);
}

/** The refusal of a body over the limit. */
export function tooLarge(host: string, maxBytes: number): RefusalError {
  const message = `The response of "${host}" is larger than ${maxBytes} bytes. Ask for less, or raise maxResponseSize of the tool.`;
  return new RefusalError('ResponseTooLarge', message);
}

function createDecoder(encoding: string, host: string): Transform | null {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } });
    default:
      throw new RefusalError(
        'ResponseBroken',
        `The response of "${host}" is encoded in a way that was not asked for. The gateway reads ${ACCEPT_ENCODING}.`,
      );
  }
}
