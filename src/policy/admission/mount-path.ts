// Segments that are not empty, `.` or `..`, without control characters; one closing slash means nothing.
const CANONICAL = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+)+\/?$/u;
const SLASH = 47;

/** A mount path without its closing slash; null where it is not absolute, has `.`, `..` or `//` in it, or is the root. */
export function canonicalMountPath(path: string): string | null {
  if (!CANONICAL.test(path)) return null;
  return path.charCodeAt(path.length - 1) === SLASH ? path.slice(0, -1) : path;
}

/** Whether a canonical path is the root or below it, by segments: `/data-evil` is not under `/data`. */
export function isAtOrUnder(path: string, root: string): boolean {
  if (root === '/') return true;
  if (!path.startsWith(root)) return false;
  return path.length === root.length || path.charCodeAt(root.length) === SLASH;
}
