import type { FieldPath } from '../../policy/pod/field-path.ts';

/** What became of a value of the input, with the words that people see. */
export const OUTCOMES = {
  TakenOver: 'Taken over',
  Tightened: 'Tightened',
  ChangedInForm: 'Changed in form',
  CannotBeKept: 'Cannot be kept',
  NotUnderstood: 'Not understood',
} as const;

export type Outcome = keyof typeof OUTCOMES;

/** What became of one value, and why: a sentence or two. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly becomes: string;
}

/** What an explanation may look at beside the value. */
export interface ExplainContext<Document> {
  /** Of the value, from the root of the document. */
  readonly path: FieldPath;
  /** The document with its defaults, without what was not understood. */
  readonly document: Document;
}

/** A value of a document that holds no others and fits its shape. */
export type Scalar = string | number | boolean;

/** Says what becomes of a value. */
export type Explain<Document> = (value: Scalar, context: ExplainContext<Document>) => Verdict;

/** By the place of a value, `[]` for an item of a list and `*` for any name. */
export type Explanations<Document> = Readonly<Record<string, Explain<Document>>>;

/** The explanations of a section by their places in the document, each with what it needs of the document. */
export function inSection<Section, Document>(
  place: string,
  explanations: Explanations<Section>,
  sectionOf: (document: Document) => Section,
): Explanations<Document> {
  return Object.fromEntries(
    Object.entries(explanations).map(([name, explain]) => [
      `${place}.${name}`,
      (value: Scalar, { path, document }: ExplainContext<Document>) =>
        explain(value, { path: path.slice(place.split('.').length), document: sectionOf(document) }),
    ]),
  );
}

const outcome =
  (name: Outcome) =>
  (becomes: string): Verdict => ({ outcome: name, becomes });

export const takenOver = outcome('TakenOver');
export const tightened = outcome('Tightened');
export const changedInForm = outcome('ChangedInForm');
export const cannotBeKept = outcome('CannotBeKept');
export const notUnderstood = outcome('NotUnderstood');

/** The same whatever the value is. */
export function always(verdict: Verdict): () => Verdict {
  return () => verdict;
}

/** One verdict where a switch is on, and one where it is off. */
export function ofSwitch(on: Verdict, off: Verdict): (value: Scalar) => Verdict {
  return (value) => (value === true ? on : off);
}
