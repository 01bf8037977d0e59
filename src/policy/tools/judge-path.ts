import { isAtOrUnder } from '../roles/mount-path.ts';
import type { TextProblem } from '../egress/parse-host.ts';

const MAX_PATH_CHARACTERS = 4096;

/** The first that a path matches says what is wrong with it. */
const PROBLEMS: readonly (readonly [RegExp, TextProblem])[] = [
  [/^(?!\/)/, { required: 'must be absolute', fix: 'Begin the path with "/".' }],
  [/\p{Cc}/u, { required: 'must have no control characters', fix: 'Remove them.' }],
  [/\\/, { required: 'must have no backslash', fix: 'Use "/" between segments.' }],
  [/~/, { required: 'must have no "~"', fix: 'Write the whole path.' }],
  [/[*?]/, { required: 'must have no wildcard', fix: 'Name one path.' }],
  [/%(?:[0-9a-f]{2}|u)/i, { required: 'must have no escapes with "%"', fix: 'Write the path unescaped.' }],
  [
    /\/(?:\.{0,2})(?:\/|$)/,
    {
      required: 'must have no empty, "." or ".." segment and no closing "/"',
      fix: 'Write the path that is meant.',
    },
  ],
  [/[. ](?:\/|$)/, { required: 'must have no segment that ends in a dot or a space', fix: 'Remove them.' }],
];

const NOT_NORMAL: TextProblem = {
  required: 'must be in the normal form NFC of Unicode',
  fix: 'Normalise the path.',
};
const LOOKS_ALIKE: TextProblem = {
  required: 'must have no character that becomes a dot, a "/" or a backslash when it is normalised',
  fix: 'Use ASCII for what separates segments.',
};
const TOO_LONG: TextProblem = {
  required: `must have at most ${MAX_PATH_CHARACTERS} characters`,
  fix: 'Shorten the path.',
};

/**
 * Why a path is not in the one form in which it can be compared; null where it is. The gateway does not have the file system
 * that the path is of, so that nothing is resolved: what could be read in two ways is refused (CVE-2025-53110).
 */
export function findPathProblem(path: string): TextProblem | null {
  if (path === '/') return null;
  if (path.length > MAX_PATH_CHARACTERS) return TOO_LONG;
  const found = PROBLEMS.find(([pattern]) => pattern.test(path));
  if (found !== undefined) return found[1];
  if (!path.isWellFormed() || path.normalize('NFC') !== path) return NOT_NORMAL;
  // A program that normalises further (NFKC) would read these as separators and as "..".
  const compatible = path.normalize('NFKC');
  return compatible !== path && PROBLEMS.some(([pattern]) => pattern.test(compatible)) ? LOOKS_ALIKE : null;
}

/** A set of paths, each of which stands for itself and everything below it. */
export interface PathSets {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Which list of a rule refuses a canonical path; null where neither does. What is denied beats what is allowed. With
 * `isDeleted` a path is also refused for what is denied below it, which would go with it.
 */
export function refusingList(
  path: string,
  { allow, deny }: PathSets,
  isDeleted: boolean,
): 'allow' | 'deny' | null {
  const isDenied = deny.some((root) => isAtOrUnder(path, root) || (isDeleted && isAtOrUnder(root, path)));
  if (isDenied) return 'deny';
  return allow.some((root) => isAtOrUnder(path, root)) ? null : 'allow';
}
