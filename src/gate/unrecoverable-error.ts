/** A failure that another attempt does not change: the start gate ends at once. */
export class UnrecoverableError extends Error {
  override readonly name = 'UnrecoverableError';
}
