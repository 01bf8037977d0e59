/** An answer of an HTTP/1.1 server. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const CHUNKED = /\r\ntransfer-encoding: *chunked\r\n/i;
const LENGTH = /\r\ncontent-length: *(\d+)\r\n/i;

/**
 * Reads one whole answer from the start of the bytes; null while some of it is still on its way. It understands what
 * the servers of the benches send, and is this short so that the client takes little of the processor from them.
 */
export function readAnswer(bytes: Buffer): HttpAnswer | null {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end + 2);
  const status = Number(head.slice(9, 12));
  const start = end + END_OF_HEAD.length;
  if (CHUNKED.test(head)) {
    const body = readChunks(bytes, start);
    return body === null ? null : { status, body };
  }
  const length = Number(LENGTH.exec(head)?.[1] ?? 0);
  return bytes.length < start + length ? null : { status, body: bytes.subarray(start, start + length) };
}

function readChunks(bytes: Buffer, start: number): Buffer | null {
  const chunks: Buffer[] = [];
  let offset = start;
  for (;;) {
    const line = bytes.indexOf('\r\n', offset, 'latin1');
    if (line < 0) return null;
    const length = Number.parseInt(bytes.toString('latin1', offset, line), 16);
    const next = line + 2 + length + 2;
    if (Number.isNaN(length) || bytes.length < next) return null;
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(line + 2, line + 2 + length));
    offset = next;
  }
}
