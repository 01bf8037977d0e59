/** Cuts a byte stream into lines; called with each chunk, it answers the lines that the chunk completes. */
export type LineSplitter = (chunk: Uint8Array) => string[];

/**
 * Creates a splitter for one stream. Characters and lines may be cut anywhere between chunks; what follows the last
 * newline is kept back, so a line that the connection cut off is never seen. Throws a RangeError when a line
 * grows past `maximumLength` UTF-16 units.
 */
export function createLineSplitter(maximumLength: number): LineSplitter {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let length = 0;
  return (chunk) => {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = parts.pop() ?? '';
    const lines: string[] = [];
    for (const part of parts) {
      pending.push(part);
      lines.push(pending.join(''));
      pending = [];
      length = 0;
    }
    pending.push(rest);
    length += rest.length;
    if (length > maximumLength) throw new RangeError(`a line is longer than ${maximumLength} characters`);
    return lines.filter((line) => line.trim() !== '');
  };
}
