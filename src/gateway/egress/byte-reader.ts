/** Reads a message from front to back. Throws a RangeError where it is shorter than it says. */
export interface ByteReader {
  uint8(): number;
  uint16(): number;
  uint24(): number;
  bytes(length: number): Buffer;
  readonly left: () => number;
}

/** `bytes` is not copied. */
export function createByteReader(message: Buffer): ByteReader {
  let offset = 0;
  const take = (length: number): number => {
    const start = offset;
    if (start + length > message.length) throw new RangeError('it is shorter than it says');
    offset += length;
    return start;
  };
  return {
    uint8: () => message.readUInt8(take(1)),
    uint16: () => message.readUInt16BE(take(2)),
    uint24: () => message.readUIntBE(take(3), 3),
    bytes: (length) => {
      const start = take(length);
      return message.subarray(start, start + length);
    },
    left: () => message.length - offset,
  };
}
