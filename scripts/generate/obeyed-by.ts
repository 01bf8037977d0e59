import { unobeyedFields } from '../../src/api/unobeyed-fields.ts';

const covers = (parent: string, path: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

/** Which program holds an agent to a field. */
export const obeyedBy = (kind: string, path: string): string => {
  if (path.startsWith('status')) return '';
  const later = unobeyedFields[kind]?.find((field) => covers(field.path, path));
  return later === undefined ? 'admission' : `${later.by.toLowerCase()}, not yet`;
};
