/** Writes lines to a stream, for example the standard output. */
export interface StreamSink {
  /** Resolves when the stream has taken them: a reader that is slow holds up what follows. */
  readonly write: (bytes: Buffer) => Promise<void>;
  readonly broken: () => string | null;
}

export function createStreamSink(stream: NodeJS.WritableStream): StreamSink {
  let broken: string | null = null;
  stream.on('error', ({ message }: Error) => (broken = `the audit stream cannot be written: ${message}`));
  return {
    write: async (bytes) => {
      if (broken !== null) return;
      await new Promise<void>((resolve) => {
        stream.write(bytes as unknown as string, () => resolve());
      });
    },
    broken: () => broken,
  };
}
