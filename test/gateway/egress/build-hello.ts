/** Type and content of an extension. */
export type Extension = readonly [type: number, content: Buffer];

export const SERVER_NAME = 0;

/** A ClientHello as a handshake message (RFC 8446, section 4.1.2). */
export function buildHello(...extensions: Extension[]): Buffer {
  const encoded = extensions.map(([type, content]) => Buffer.concat([uint16(type), vector16(content)]));
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    vector16(Buffer.from([0x13, 0x01])),
    Buffer.from([1, 0]),
    extensions.length === 0 ? Buffer.alloc(0) : vector16(Buffer.concat(encoded)),
  ]);
  return Buffer.concat([Buffer.from([1, body.length >> 16]), uint16(body.length & 0xffff), body]);
}

/** The content of the extension that names a server. */
export function serverNames(...names: string[]): Buffer {
  return vector16(
    Buffer.concat(names.map((name) => Buffer.concat([Buffer.from([0]), vector16(Buffer.from(name))]))),
  );
}

/** Puts a message in TLS records, cut at these places. */
export function recordsOf(message: Buffer, cuts: readonly number[] = []): Buffer {
  const at = [...new Set(cuts)].filter((cut) => cut > 0 && cut < message.length).sort((a, b) => a - b);
  const fragments = [0, ...at].map((start, index) => message.subarray(start, at[index] ?? message.length));
  return Buffer.concat(fragments.flatMap((fragment) => [Buffer.from([22, 3, 1]), vector16(fragment)]));
}

function vector16(content: Buffer): Buffer {
  return Buffer.concat([uint16(content.length), content]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
