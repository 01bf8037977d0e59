import { errorMessage } from '../lib/error-message.ts';
/** Returns the result of `read`. Where it throws, prints the error and ends the program with exit code 2: unusable input. */
export function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n`);
    return process.exit(2);
  }
}
