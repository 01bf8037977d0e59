import { z } from 'zod';

// A segment that is neither empty nor `.` nor `..`. Go's regular expressions have no look-ahead, so it is spelt out:
// it starts with another character, or with one dot and another character, or with two dots and anything.
const segment = (excluded: string): string => {
  const any = `[^/${excluded}]`;
  const notDot = `[^/.${excluded}]`;
  return `(${notDot}${any}*|\\.${notDot}${any}*|\\.\\.${any}+)`;
};

const CONTROL = '\\p{Cc}';
const FILE_SEGMENT = segment(`${CONTROL}*?\\\\`);
const URL_SEGMENT = segment(`${CONTROL} *?#%;\\\\`);

/** An absolute path in canonical form: no `.`, `..`, `//` or closing `/`, and no wildcard. It stands for itself and all below it. */
export const filePath = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(
      new RegExp(`^/(${FILE_SEGMENT}(/${FILE_SEGMENT})*)?$`, 'u'),
      'must be an absolute path without ".", "..", "//", "*" or a closing "/"',
    );

/** The path of a request in canonical form; a closing `/*` stands for everything below it. */
export const requestPath = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(
      new RegExp(`^/(${URL_SEGMENT}(/${URL_SEGMENT})*(/\\*)?|\\*)?$`, 'u'),
      'must be an absolute path without ".", "..", "//", "%" or a query; "/*" may end it',
    );

/** A JSON Pointer (RFC 6901) into the arguments of a tool. */
export const jsonPointer = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(/^(\/([^~/\p{Cc}]|~[01])+)+$/u, 'must be a JSON Pointer, such as "/path"');

/** A relative path of a secret store: no empty, `.` or `..` segment. */
export const secretPath = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(
      new RegExp(`^${URL_SEGMENT}(/${URL_SEGMENT})*$`, 'u'),
      'must be a relative path without ".", "..", "//", "*" or a "/" at either end',
    );
