/** What frames are (RFC 6455, section 5.2). */
export const OPCODES = Object.freeze({ more: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa });

/** Some payload of a message, or all of a frame that controls. */
export interface FramePart {
  /** Of its message: never `more`. */
  readonly opcode: number;
  readonly isControl: boolean;
  /** As it came: masked, where frames are. */
  readonly payload: Buffer;
  /** Whether the message ends with it. */
  readonly isLast: boolean;
}

export interface FrameReaderOptions {
  /** Frames of a client are masked, and those of a server are not (RFC 6455, section 5.1). */
  readonly isMasked: boolean;
  readonly maxMessageBytes: number;
  readonly onPart: (part: FramePart) => void;
}

/** Why the frames of one side are not read any further. */
export class FrameError extends Error {
  readonly isTooLarge: boolean;

  constructor(message: string, isTooLarge = false) {
    super(message);
    this.isTooLarge = isTooLarge;
  }
}

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly isControl: boolean;
  /** Of the payload that has not come. */
  left: number;
}

const MAX_HEAD_BYTES = 14;
const MAX_CONTROL_BYTES = 125;
const KNOWN: ReadonlySet<number> = new Set(Object.values(OPCODES));

/**
 * Reads frames as they come, and keeps none of a message. Throws a FrameError for what is malformed, in a form that is not the
 * shortest, or too large: two readers may not read it in two ways.
 */
export function createFrameReader(options: FrameReaderOptions): (chunk: Buffer) => void {
  const head = Buffer.alloc(MAX_HEAD_BYTES);
  let headBytes = 0;
  let frame: Frame | null = null;
  let control: Buffer[] = [];
  const message: Message = { opcode: null, bytes: 0, isClosed: false };

  const take = (payload: Buffer, { opcode, isControl, isFinal, left }: Frame): void => {
    if (left === 0) frame = null;
    if (!isControl) {
      const of = message.opcode ?? opcode;
      const isLast = isFinal && left === 0;
      if (isLast) message.opcode = null;
      return options.onPart({ opcode: of, isControl, payload, isLast });
    }
    control.push(payload);
    if (left > 0) return undefined;
    const whole = Buffer.concat(control);
    control = [];
    if (opcode === OPCODES.close) message.isClosed = true;
    return options.onPart({ opcode, isControl, payload: whole, isLast: true });
  };

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (frame === null) {
        head[headBytes] = chunk[at] ?? 0;
        headBytes += 1;
        at += 1;
        if (headBytes < headBytesOf(head, headBytes)) continue;
        frame = readHead(head, message, options);
        headBytes = 0;
        if (frame.left > 0) continue;
      }
      const payload = chunk.subarray(at, at + frame.left);
      at += payload.length;
      frame.left -= payload.length;
      take(payload, frame);
    }
  };
}

/** What is known of the message on its way. */
interface Message {
  opcode: number | null;
  bytes: number;
  /** Whether a frame has closed the WebSocket: none may follow. */
  isClosed: boolean;
}

function headBytesOf(head: Buffer, read: number): number {
  if (read < 2) return 2;
  const second = head[1] ?? 0;
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second >= 0x80 ? 4 : 0);
}

function readHead(head: Buffer, message: Message, options: FrameReaderOptions): Frame {
  const [first = 0, second = 0] = head;
  const opcode = first & 0x0f;
  const isFinal = first >= 0x80;
  const isControl = opcode >= OPCODES.close;
  if (message.isClosed) throw new FrameError('a frame after the one that closes');
  if ((first & 0x70) !== 0) throw new FrameError('a frame with an extension that was not agreed on');
  if (!KNOWN.has(opcode)) throw new FrameError('a frame of an unknown kind');
  if (second >= 0x80 !== options.isMasked) {
    throw new FrameError(options.isMasked ? 'a frame that is not masked' : 'a frame that is masked');
  }
  const left = readLength(head, second & 0x7f);
  if (isControl) {
    if (isFinal && left <= MAX_CONTROL_BYTES) return { opcode, isFinal, isControl, left };
    throw new FrameError('a frame that controls and is too long, or in parts');
  }
  if ((opcode === OPCODES.more) !== (message.opcode !== null)) {
    throw new FrameError('a message within another, or the rest of none');
  }
  if (opcode !== OPCODES.more) Object.assign(message, { opcode, bytes: 0 });
  message.bytes += left;
  if (message.bytes > options.maxMessageBytes) throw new FrameError('a message that is too large', true);
  return { opcode, isFinal, isControl, left };
}

function readLength(head: Buffer, short: number): number {
  if (short < 126) return short;
  const length = short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
  if (length < (short === 126 ? 126 : 65_536)) throw new FrameError('a length that is not written shortest');
  return length;
}

/** Writes a frame of a server. */
export function encodeFrame(opcode: number, isFinal: boolean, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extended + length);
  frame[0] = opcode | (isFinal ? 0x80 : 0);
  frame[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, 2 + extended);
  return frame;
}
