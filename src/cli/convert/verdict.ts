import type { FieldPath } from '../../policy/pod/field-path.ts';
import type { ConvertSettings } from './settings.ts';

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
export interface ExplainContext<Section> {
  /** Of the value, from the section. */
  readonly path: FieldPath;
  /** The section with its defaults, without what was not understood. */
  readonly section: Section;
  /** Tools that some role of the document lists. */
  readonly listedTools: ReadonlySet<string>;
  readonly settings: ConvertSettings;
}

/** Says what becomes of a value that fits the shape of its section. */
export type Explain<Section> = (value: unknown, context: ExplainContext<Section>) => Verdict;

/** By the place of a value in its section, `[]` for an item of a list and `*` for any name. */
export type Explanations<Section> = Readonly<Record<string, Explain<Section>>>;

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
export function ofSwitch(on: Verdict, off: Verdict): (value: unknown) => Verdict {
  return (value) => (value === true ? on : off);
}
