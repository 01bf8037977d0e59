import { singleLine } from '../../lib/single-line.ts';

/** One thing that is wrong with a Cloister object and that its schema alone cannot see. */
export interface KindFinding {
  /** Path from the object's root, for example `spec.tools[2].arguments`. */
  readonly field: string;
  readonly found: string;
  readonly required: string;
  readonly fix: string;
}

/** The whole refusal of an object, every finding on a line of its own. */
export function describeKindRefusal(subject: string, findings: readonly KindFinding[]): string {
  const lines = findings.map(
    ({ field, found, required, fix }) =>
      `  - ${singleLine(`${field} is ${found}, required is ${required}. ${fix}`)}`,
  );
  return [`${singleLine(subject)} is refused:`, ...lines].join('\n');
}
