// What to do about the system errors that people meet; others are given by their code.
const advice = new Map([
  ['ENOENT', 'does not exist: check the path'],
  ['EACCES', 'may not be read: give yourself read permission'],
  ['EPERM', 'may not be read: give yourself read permission'],
  ['ELOOP', 'is a symbolic link that leads back to itself: remove it'],
  ['ENOTDIR', 'lies below something that is not a folder: check the path'],
  ['ENXIO', 'is a socket: give a file'],
  ['ENAMETOOLONG', 'has a path that is too long: check it'],
]);

/** Says in one sentence why the system would not let a path be read. */
export function explainReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return advice.get(code) ?? `cannot be read (${code}): check it`;
}
