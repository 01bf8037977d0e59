/** A program of the testbed can neither be found nor built; the message is one line and says how to get it. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';
}
