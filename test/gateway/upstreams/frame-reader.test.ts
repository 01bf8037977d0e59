import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createFrameReader,
  encodeFrame,
  type FramePart,
  OPCODES,
} from '../../../src/gateway/upstreams/web-socket/frame-reader.ts';
import { createSearchedFrames } from '../../../src/gateway/upstreams/web-socket/search-frames.ts';

const MAX_MESSAGE_BYTES = 100_000;

function read(chunks: readonly Buffer[], isMasked = false): FramePart[] {
  const parts: FramePart[] = [];
  const push = createFrameReader({
    isMasked,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    onPart: (part) => parts.push(part),
  });
  for (const chunk of chunks) push(chunk);
  return parts;
}

/** The messages, and what controls in between, each as it is when it has ended. */
function messagesOf(parts: readonly FramePart[]): string[] {
  let open = '';
  return parts.flatMap(({ opcode, isControl, payload, isLast }) => {
    if (isControl) return `${opcode}:${payload.toString('latin1')}`;
    open += payload.toString('latin1');
    if (!isLast) return [];
    const whole = `${opcode}:${open}`;
    open = '';
    return whole;
  });
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const message = fc.record({
  opcode: fc.constantFrom(OPCODES.text, OPCODES.binary),
  parts: fc
    .array(fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 300 }), fc.constant('x'.repeat(66_000))), {
      minLength: 1,
      maxLength: 3,
    })
    .filter((parts) => parts.join('').length <= MAX_MESSAGE_BYTES),
  ping: fc.option(fc.string({ unit: 'binary-ascii', maxLength: 125 })),
});

test('frames are read as they were written, wherever they are cut, and searched without a change', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 3 }),
      (messages, sizes) => {
        const frames = messages.flatMap(({ opcode, parts, ping }) => [
          ...parts.map((part, index) =>
            encodeFrame(index === 0 ? opcode : 0, index === parts.length - 1, Buffer.from(part, 'latin1')),
          ),
          ...(ping === null ? [] : [encodeFrame(OPCODES.ping, true, Buffer.from(ping, 'latin1'))]),
        ]);
        const expected = messages.flatMap(({ opcode, parts, ping }) => [
          `${opcode}:${parts.join('')}`,
          ...(ping === null ? [] : [`${OPCODES.ping}:${ping}`]),
        ]);
        const chunks = cut(Buffer.concat(frames), sizes);
        expect(messagesOf(read(chunks))).toEqual(expected);
        const searched = createSearchedFrames(['xxxx-secret-of-a-vendor'], MAX_MESSAGE_BYTES);
        const passed = chunks.map((chunk) => searched.push(chunk));
        expect(passed).not.toContain(null);
        expect(messagesOf(read(passed.filter((bytes) => bytes !== null)))).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('a part of a message goes on before the rest is there, but for what may begin a secret', () => {
  const searched = createSearchedFrames(['secret-of-the-vendor'], MAX_MESSAGE_BYTES);
  const push = (opcode: number, text: string, isFinal: boolean): string =>
    String(searched.push(encodeFrame(opcode, isFinal, Buffer.from(text)))?.toString('latin1'));
  expect(push(OPCODES.text, 'begins, sec', false)).toBe('\x01\x08begins, ');
  expect(push(OPCODES.more, 'ond', true)).toBe('\x80\x06second');
});

describe('frames are not read', () => {
  const frame = (...bytes: readonly number[]): Buffer => Buffer.from(bytes);
  const text = (isFinal: boolean, bytes: number): Buffer =>
    encodeFrame(OPCODES.text, isFinal, Buffer.alloc(bytes));
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['with a reserved bit', frame(0xa1, 0), 'extension'],
    ['of an unknown kind', frame(0x83, 0), 'unknown kind'],
    ['of an unknown kind that controls', frame(0x8b, 0), 'unknown kind'],
    ['with a mask', frame(0x81, 0x80), 'masked'],
    ['with two bytes for a short length', frame(0x81, 126, 0, 125), 'shortest'],
    ['with 8 bytes for a short length', frame(0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff), 'shortest'],
    ['with a length that no message has', frame(0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0), 'too large'],
    ['that control in parts', frame(0x09, 0), 'in parts'],
    ['that control and are long', frame(0x89, 126, 0, 126), 'too long'],
    ['that continue nothing', frame(0x80, 0), 'rest of none'],
    ['that begin within a message', Buffer.concat([text(false, 1), text(true, 1)]), 'within another'],
    ['behind one that closes', Buffer.concat([frame(0x88, 0), text(true, 1)]), 'after the one that closes'],
    ['above the size', text(true, MAX_MESSAGE_BYTES + 1), 'too large'],
    [
      'above the size together',
      Buffer.concat([text(false, MAX_MESSAGE_BYTES), encodeFrame(OPCODES.more, true, Buffer.alloc(1))]),
      'too large',
    ],
  ];
  test.for(cases)('%s', ([, bytes, problem]) => {
    for (const size of [1, 2, bytes.length]) {
      const padded = Buffer.concat([bytes, Buffer.alloc(14)]);
      expect(() => read(cut(padded, [size]))).toThrow(problem);
    }
  });

  test('without a mask, from a client', () => {
    expect(() => read([text(true, 1)], true)).toThrow('not masked');
    expect(messagesOf(read([frame(0x81, 0x81, 1, 2, 3, 4, 0x60)], true))).toEqual(['1:`']);
  });
});
