import { UNOBEYED_FIELDS } from '../../src/api/unobeyed-fields.ts';

const covers = (parent: string, path: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

/** Whether some program of this release does what the field says. */
export const isObeyed = (kind: string, path: string): boolean =>
  !(UNOBEYED_FIELDS[kind] ?? []).some((field) => covers(field, path));
