/** Gives what `read` reads, or says on standard error why it cannot and ends the program with exit code 2: unusable input. */
export function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(2);
  }
}
