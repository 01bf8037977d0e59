const SLASH = 47;
const DOT = 46;

/** A mount path without its closing slash; null where it is not absolute, has `.`, `..` or `//` in it, or is the root. */
export function canonicalMountPath(path: string): string | null {
  const end = path.charCodeAt(path.length - 1) === SLASH ? path.length - 1 : path.length;
  if (end === 0 || path.charCodeAt(0) !== SLASH) return null;
  let start = 1;
  for (let index = 1; index <= end; index++) {
    // Read by hand, not by a regular expression: every mount of every pod comes through here several times.
    const character = index < end ? path.charCodeAt(index) : SLASH;
    if (isControl(character)) return null;
    if (character !== SLASH) continue;
    if (!isSegment(path, start, index)) return null;
    start = index + 1;
  }
  return end === path.length ? path : path.slice(0, end);
}

/** Not empty, `.` or `..`. */
function isSegment(path: string, start: number, end: number): boolean {
  const length = end - start;
  if (length > 2) return true;
  const dots = Number(path.charCodeAt(start) === DOT) + Number(path.charCodeAt(start + 1) === DOT);
  return length > 0 && dots < length;
}

/** General category Cc of Unicode. */
function isControl(character: number): boolean {
  return character < 32 || (character > 126 && character < 160);
}

/** Whether a canonical path is the root or below it, by segments: `/data-evil` is not under `/data`. */
export function isAtOrUnder(path: string, root: string): boolean {
  if (root === '/') return true;
  if (!path.startsWith(root)) return false;
  return path.length === root.length || path.charCodeAt(root.length) === SLASH;
}
