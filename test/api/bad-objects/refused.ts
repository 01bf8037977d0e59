import type { BadObject } from './bad-object.ts';

type Changes = Readonly<Record<string, unknown>>;
type Make = (changes: Changes) => Readonly<Record<string, unknown>>;

/** Makes rows of a table: what is wrong, the changes that make it so, the field that is named, and what is said. */
export const refused =
  (by: BadObject['by'], make: Make) =>
  (name: string, changes: Changes, field: string, message: RegExp): BadObject => ({
    name,
    object: make(changes),
    field,
    message,
    by,
  });
