/** One object of a manifest file, as kubectl would send it. */
export interface ManifestDocument {
  /** The path as it was given, or `-` for stdin. */
  readonly file: string;
  /** Counts from 0 the documents of the file that hold something; comments and blank documents are not counted. */
  readonly document: number;
  /** Position in a `List`, from 0; absent for an object that stands alone. */
  readonly item?: number;
  /** Line of the file, from 1, on which the object starts. */
  readonly line: number;
  readonly object: Record<string, unknown>;
  /** Finds the values at paths from the object, or what is nearest to them. Absent where there is no text. */
  locate?(paths: readonly (readonly (string | number)[])[]): readonly ValuePlace[];
}

/** Where a value is in its file. */
export interface ValuePlace {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Column of the line, from 1, in UTF-16 code units; null where only the line is known. */
  readonly column: number | null;
  /** An unquoted value as it was written, such as `yes`; null where it was written in another way. */
  readonly written: string | null;
}

/** A document, or a whole file, that could not be read; `error` says what was found and what to do. */
export interface UnreadableDocument {
  readonly file: string;
  /** As in {@link ManifestDocument}; 0 where the file as a whole could not be read. */
  readonly document: number;
  readonly item?: number;
  /** Line of the file, from 1, where that is known. */
  readonly line?: number;
  readonly error: string;
}
