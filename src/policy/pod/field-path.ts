import { shorten } from '../../lib/shorten.ts';

/** Members and list positions that lead to a field, from the root of a manifest. */
export type FieldPath = readonly (string | number)[];

const PLAIN = /^[\w-]+$/;
/** A file may hold a name of any length. */
const MAX_STEP_CHARACTERS = 100;

/** A path as text: `spec.containers[0].env`, and `metadata.labels[example.com/version]` where a name has a dot in it. */
export function fieldPath(path: FieldPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (PLAIN.test(step)) text += `${text === '' ? '' : '.'}${shorten(step, MAX_STEP_CHARACTERS)}`;
    else text += `[${shorten(step, MAX_STEP_CHARACTERS)}]`;
  }
  return text;
}

/** Reads the text of a path. Where a name was cut short, or holds what separates, the path leads only to what is near it. */
export function parseFieldPath(text: string): FieldPath {
  return [...text.matchAll(/\[(\d+)\]|\[([^\]]*)\]|([^.[\]]+)/g)].map(([, index, bracketed, plain]) =>
    index === undefined ? (bracketed ?? plain ?? '') : Number(index),
  );
}
