import { type ByteReader, createByteReader } from './byte-reader.ts';

/** What the gateway reads of a ClientHello. */
export interface ClientHello {
  /** In lower case; null where the ClientHello names none. */
  readonly serverName: string | null;
  /** Whether it has an encrypted part, or GREASE that looks like one. */
  readonly isEncrypted: boolean;
}

/** Why bytes are not a ClientHello: a clause such as "it is cut off". */
export interface HelloProblem {
  readonly problem: string;
}

/** Takes the bytes of a connection until the ClientHello is whole. */
export interface ClientHelloReader {
  /** Null where more is needed. Not to be called again after a result. */
  push(chunk: Buffer): ClientHello | HelloProblem | null;
  /** Everything that was pushed, to be sent on unchanged. */
  received(): Buffer;
}

/** Browsers with post-quantum keys send 2 KiB; a session ticket of TLS 1.3 may add as much as a record holds. */
export const MAX_HELLO_BYTES = 32 * 1_024;

const TOO_LONG: HelloProblem = { problem: `it is longer than ${MAX_HELLO_BYTES} bytes` };

// RFC 8446, sections 4, 4.2 and 5.1; RFC 6066, section 3.
const HANDSHAKE_RECORD = 22;
const RECORD_HEADER_BYTES = 5;
const MAX_RECORD_BYTES = 16_384;
const CLIENT_HELLO = 1;
const MESSAGE_HEADER_BYTES = 4;
const RANDOM_BYTES = 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;

/** `encrypted_client_hello` of RFC 9849, and `encrypted_server_name` of the drafts before it. */
const ENCRYPTED: ReadonlySet<number> = new Set([0xfe0d, 0xffce]);

/** As in the DNS, without a dot at the end: nothing that a server could read in another way. */
const NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const MAX_NAME_CHARACTERS = 253;

/** Reads a ClientHello, however packets and records cut it: that is how filters of names are passed by. */
export function createClientHelloReader(): ClientHelloReader {
  const raw = createByteList();
  const message = createByteList();
  let offset = 0;

  /** Moves one whole record from `raw` to `message`. Null where it is not whole yet. */
  const takeRecord = (): 'Taken' | HelloProblem | null => {
    const rest = raw.view().subarray(offset);
    if (rest.length > 0 && rest[0] !== HANDSHAKE_RECORD) return { problem: 'it is not a TLS handshake' };
    if (rest.length < RECORD_HEADER_BYTES) return null;
    const length = rest.readUInt16BE(3);
    if (rest[1] !== 3 || length === 0 || length > MAX_RECORD_BYTES) {
      return { problem: 'its TLS record is malformed' };
    }
    const end = RECORD_HEADER_BYTES + length;
    if (rest.length < end) return null;
    message.push(rest.subarray(RECORD_HEADER_BYTES, end));
    offset += end;
    return 'Taken';
  };

  return {
    push: (chunk) => {
      raw.push(chunk);
      for (let record = takeRecord(); record !== null; record = takeRecord()) {
        if (record !== 'Taken') return record;
        const result = offset > MAX_HELLO_BYTES ? TOO_LONG : readMessage(message.view());
        if (result !== null) return result;
      }
      return raw.view().length > MAX_HELLO_BYTES ? TOO_LONG : null;
    },
    received: raw.view,
  };
}

/** Reads the handshake message; null where it is not whole yet. */
function readMessage(message: Buffer): ClientHello | HelloProblem | null {
  if (message[0] !== CLIENT_HELLO) return { problem: 'its first message is not a ClientHello' };
  if (message.length < MESSAGE_HEADER_BYTES) return null;
  const end = MESSAGE_HEADER_BYTES + message.readUIntBE(1, 3);
  if (end > MAX_HELLO_BYTES) return TOO_LONG;
  if (message.length < end) return null;
  // A client has nothing more to say before the server has answered (RFC 8446, section 5.1).
  if (message.length > end) return { problem: 'its record holds more than a ClientHello' };
  try {
    return readHello(createByteReader(message.subarray(MESSAGE_HEADER_BYTES)));
  } catch (error) {
    if (error instanceof RangeError) return { problem: error.message };
    throw error;
  }
}

function readHello(hello: ByteReader): ClientHello {
  hello.bytes(2 + RANDOM_BYTES);
  hello.bytes(hello.uint8()); // legacy_session_id
  hello.bytes(hello.uint16()); // cipher_suites
  hello.bytes(hello.uint8()); // legacy_compression_methods
  const extensions = createByteReader(hello.left() === 0 ? Buffer.alloc(0) : hello.bytes(hello.uint16()));
  requireEnd(hello);
  const seen = new Set<number>();
  let serverName: string | null = null;
  while (extensions.left() > 0) {
    const type = extensions.uint16();
    const content = extensions.bytes(extensions.uint16());
    // Which of two a server takes is its own affair.
    if (seen.has(type)) throw new RangeError('it has an extension twice');
    seen.add(type);
    if (type === SERVER_NAME) serverName = readServerName(createByteReader(content));
  }
  return { serverName, isEncrypted: [...ENCRYPTED].some((type) => seen.has(type)) };
}

/** One host name and nothing else: RFC 6066 allows a list, of which servers read different parts. */
function readServerName(extension: ByteReader): string {
  const list = createByteReader(extension.bytes(extension.uint16()));
  requireEnd(extension);
  const type = list.uint8();
  const name = list.bytes(list.uint16()).toString('latin1').toLowerCase();
  requireEnd(list);
  if (type !== HOST_NAME || name.length > MAX_NAME_CHARACTERS || !NAME.test(name)) {
    throw new RangeError('its server name is not a host name');
  }
  return name;
}

function requireEnd(reader: ByteReader): void {
  if (reader.left() > 0) throw new RangeError('it is longer than it says');
}

/** Bytes in one piece of memory that doubles, so that a ClientHello of single bytes costs no more than a whole one. */
function createByteList() {
  let memory = Buffer.alloc(0);
  let length = 0;
  return {
    push: (bytes: Buffer): void => {
      if (length + bytes.length > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(2 * memory.length, length + bytes.length));
        memory.copy(larger, 0, 0, length);
        memory = larger;
      }
      bytes.copy(memory, length);
      length += bytes.length;
    },
    view: (): Buffer => memory.subarray(0, length),
  };
}
