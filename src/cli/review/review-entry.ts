import type { Violation } from '../../policy/decision.ts';

/** What the review says of one pod: an element of `--output json`. */
export interface ReviewEntry {
  readonly file: string;
  /** Place of the document in its file, from 0. */
  readonly document: number;
  /** Place in a List, from 0; absent where the document is no List. */
  readonly item?: number;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly allowed: boolean;
  readonly violations: readonly Violation[];
}

/** A document that could not be reviewed, and why. */
export interface UnreadableEntry {
  readonly file: string;
  readonly document: number;
  readonly item?: number;
  /** From 1; absent where the file as a whole is meant. */
  readonly line?: number;
  readonly error: string;
}

export type Entry = ReviewEntry | UnreadableEntry;
