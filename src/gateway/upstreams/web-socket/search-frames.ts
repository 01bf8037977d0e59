import { createSecretNet, type SecretNet } from '../secret-net.ts';
import { createFrameReader, encodeFrame, OPCODES } from './frame-reader.ts';

/** Frames of an upstream on their way to the agent. */
export interface SearchedFrames {
  /** The frames that may go on now; null where a secret was found. Throws as the reader of frames does. */
  readonly push: (chunk: Buffer) => Buffer | null;
  /** Whether the upstream has closed the WebSocket. */
  readonly isClosed: () => boolean;
}

/** Of the code in front of the text in a frame that closes. */
const CODE_BYTES = 2;

/**
 * Searches payloads as if there were no frames between them, and writes frames anew: of a message that comes in parts, or whose
 * end may be the beginning of a secret, in parts of its own (RFC 6455, section 5.4). Frames that control are searched by themselves, since
 * they may lie within a message.
 */
export function createSearchedFrames(forms: readonly string[], maxMessageBytes: number): SearchedFrames {
  const nets = { data: createSecretNet(forms), control: createSecretNet(forms) };
  let frames: (Buffer | null)[] = [];
  let isBegun = false;
  let isClosed = false;
  const read = createFrameReader({
    isMasked: false,
    maxMessageBytes,
    onPart: ({ opcode, isControl, payload, isLast }) => {
      if (isControl) {
        const text = opcode === OPCODES.close ? payload.subarray(CODE_BYTES) : payload;
        isClosed ||= opcode === OPCODES.close;
        frames.push(passes(nets.control, text) ? encodeFrame(opcode, true, payload) : null);
        return;
      }
      const passed = searchPart(nets.data, payload, isLast);
      if (passed === null) frames.push(null);
      else if (isLast || passed.length > 0) {
        frames.push(encodeFrame(isBegun ? OPCODES.more : opcode, isLast, passed));
        isBegun = !isLast;
      }
    },
  });
  return {
    push: (chunk) => {
      read(chunk);
      const found = frames;
      frames = [];
      const passed = found.filter((frame) => frame !== null);
      return passed.length < found.length ? null : Buffer.concat(passed);
    },
    isClosed: () => isClosed,
  };
}

/** What of a message may go on. At its end there is nothing to wait for: the next may never come. */
function searchPart(net: SecretNet, payload: Buffer, isLast: boolean): Buffer | null {
  const bytes = net.push(payload);
  if (bytes === null || !isLast) return bytes;
  const rest = net.release();
  return rest === null ? null : Buffer.concat([bytes, rest]);
}

function passes(net: SecretNet, text: Buffer): boolean {
  return net.push(text) !== null && net.release() !== null;
}
