import type { Socket } from 'node:net';

/** Reads a socket in order. One read at a time; each rejects when the socket ends or fails before it has what it wants. */
export interface SocketReader {
  /** Resolves to the bytes up to the mark, and takes the mark too. */
  readonly until: (mark: string) => Promise<Buffer>;
  readonly take: (count: number) => Promise<Buffer>;
  /** Resolves to everything up to the end of the stream. */
  readonly rest: () => Promise<Buffer>;
  /** Passes on what has come and what will, and resolves to how many bytes there were at the end of the stream. */
  readonly pass: (use: (chunk: Buffer) => void) => Promise<number>;
}

export function readSocket(socket: Socket): SocketReader {
  let read: Buffer = Buffer.alloc(0);
  let isEnded = false;
  let failure: Error | null = null;
  let check = (): void => {};
  let use: ((chunk: Buffer) => void) | null = null;
  socket.on('data', (chunk: Buffer) => {
    if (use !== null) return use(chunk);
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    check();
  });
  socket.once('end', () => {
    isEnded = true;
    check();
  });
  socket.once('error', (error) => {
    failure = error;
    check();
  });
  socket.once('close', () => {
    failure ??= isEnded ? null : new Error('the connection was closed');
    check();
  });

  /** Waits until `find` says where what is wanted ends; negative while it has not come. */
  const wait = (find: () => number, what: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      check = () => {
        const end = find();
        if (end >= 0) {
          check = () => {};
          const found = read.subarray(0, end);
          read = read.subarray(end);
          resolve(found);
        } else if (failure !== null || isEnded) {
          check = () => {};
          const detail = failure?.message ?? 'the stream ended';
          reject(new Error(`waited for ${what}, but ${detail}, after "${read.toString('latin1', 0, 200)}"`));
        }
      };
      check();
    });
  const rest = (): Promise<Buffer> => wait(() => (isEnded ? read.length : -1), 'the end of the stream');
  return {
    until: (mark) =>
      wait(() => {
        const at = read.indexOf(mark);
        return at < 0 ? -1 : at + mark.length;
      }, JSON.stringify(mark)),
    take: (count) => wait(() => (read.length >= count ? count : -1), `${count} bytes`),
    rest,
    pass: async (next) => {
      let count = 0;
      use = (chunk) => {
        count += chunk.length;
        next(chunk);
      };
      const first = read;
      read = Buffer.alloc(0);
      if (first.length > 0) use(first);
      await rest();
      return count;
    },
  };
}
