import type { z } from 'zod';
import { describeIssue } from '../../api/describe-issue.ts';
import { isRecord } from '../../lib/is-record.ts';
import { type FieldPath, fieldPath } from '../../policy/pod/field-path.ts';
import { keepLeaves, type Leaf } from './leaves.ts';
import { findRepeatedNames, placeOf } from './place.ts';
import { type Explanations, notUnderstood, type Scalar, takenOver, type Verdict } from './verdict.ts';

/** A format that is converted. */
export interface SourceFormat<Document> {
  /** Every field may be left out. */
  readonly schema: z.ZodType<Document>;
  /** Of every value that the schema has a place for. */
  readonly explanations: Explanations<Document>;
}

/** What became of one value of the input. */
export interface AccountEntry extends Verdict {
  readonly path: FieldPath;
  readonly value: unknown;
}

/** Every value of a document, once, and the document that those make which were understood. */
export interface Account<Document> {
  readonly entries: readonly AccountEntry[];
  readonly document: Document;
}

type Written = Readonly<Record<string, unknown>>;

const BEFORE_REQUIREMENT = '; it must';

/** Accounts for each leaf of a document. */
export function accountFor<Document>(
  written: Written,
  leaves: readonly Leaf[],
  format: SourceFormat<Document>,
): Account<Document> {
  const problems = findProblems(written, leaves, format.schema);
  const document = format.schema.parse(keepLeaves(written, (path) => !problems.has(keyOf(path))) ?? {});
  const entries = leaves.map((leaf) => {
    const problem = problems.get(keyOf(leaf.path));
    return { ...leaf, ...(problem === undefined ? explain(leaf, document, format) : notUnderstood(problem)) };
  });
  return { entries, document };
}

/** By the keys of their paths, why leaves are not understood. */
function findProblems(
  written: Written,
  leaves: readonly Leaf[],
  schema: z.ZodType,
): ReadonlyMap<string, string> {
  const wrong = new Map<string, string>();
  for (const issue of schema.safeParse(written).error?.issues ?? []) {
    wrong.set(keyOf(issue.path), requirementIn(describeIssue(issue, written)));
  }
  const repeated = findRepeatedNames(written);
  const problems = new Map<string, string>();
  for (const { path } of leaves) {
    const place = placeOf(schema, path);
    const problem =
      wrongPrefix(path, wrong) ??
      ('problem' in place ? place.problem : null) ??
      (repeated.has(String(path[3])) && path[2] === 'roles'
        ? 'is of a role with the name of another: rename one'
        : null);
    if (problem !== null) problems.set(keyOf(path), problem);
  }
  return problems;
}

/** What a value must be, without the value: a secret may have been written into any field. */
function requirementIn(problem: string): string {
  const start = problem.lastIndexOf(BEFORE_REQUIREMENT);
  return start === -1 ? 'must be removed' : problem.slice(start + BEFORE_REQUIREMENT.length - 'must'.length);
}

/** A path as the key of a map. */
function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path);
}

function wrongPrefix(path: FieldPath, wrong: ReadonlyMap<string, string>): string | null {
  for (let end = path.length; end > 0; end -= 1) {
    const problem = wrong.get(keyOf(path.slice(0, end)));
    if (problem !== undefined) return problem;
  }
  return null;
}

function explain<Document>(
  { path, value }: Leaf,
  document: Document,
  { schema, explanations }: SourceFormat<Document>,
): Verdict {
  if (isRecord(value)) return takenOver('Nothing is set here. What is not listed is not allowed.');
  if (Array.isArray(value)) return takenOver('Nothing is listed, so nothing is allowed.');
  const place = placeOf(schema, path);
  const found = 'pattern' in place ? explanations[place.pattern] : undefined;
  if (found === undefined) throw new Error(`nothing says what becomes of ${fieldPath(path)}`);
  return found(value as Scalar, { path, document });
}
