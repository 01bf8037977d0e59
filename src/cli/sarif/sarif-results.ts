import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../../lib/sha256.ts';
import type { ManifestDocument, UnreadableDocument, ValuePlace } from '../../lib/yaml/manifest-document.ts';
import type { Violation } from '../../policy/decision.ts';
import { describeViolation } from '../../policy/describe-decision.ts';
import { parseFieldPath } from '../../policy/pod/field-path.ts';
import { describeIdentity } from '../manifest/describe-manifest.ts';
import type { ReviewEntry } from '../manifest/review-manifest.ts';
import { ruleIndexOf, UNREADABLE } from './sarif-rules.ts';

/** A `location` of SARIF 2.1.0. */
export interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: { readonly startLine: number; readonly startColumn?: number };
  };
  readonly logicalLocations?: readonly { readonly fullyQualifiedName: string; readonly kind: 'resource' }[];
}

/** A `result` of SARIF 2.1.0. */
export interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: 'error';
  readonly message: { readonly text: string };
  readonly locations: readonly SarifLocation[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

/**
 * Names what a result is about, whatever is written above it in its file. `primaryLocationLineHash` is for GitHub's
 * upload-sarif to fill in, which warns of each value that it did not compute itself.
 */
const FINGERPRINT = 'cloisterField/v1';

/** One result for each violation of a manifest. */
export function violationResults(
  entry: ReviewEntry,
  document: ManifestDocument | UnreadableDocument | undefined,
): readonly SarifResult[] {
  const places = locate(entry.violations, document);
  return entry.violations.map((violation, index) => {
    const { check, container, item, field } = violation;
    const subject = describeIdentity(entry);
    const location = locationOf(entry.file, places[index]);
    return {
      ruleId: check,
      ruleIndex: ruleIndexOf(check),
      level: 'error',
      message: { text: describeViolation(violation) },
      locations: [
        { ...location, logicalLocations: [{ fullyQualifiedName: `${subject} ${field}`, kind: 'resource' }] },
      ],
      partialFingerprints: fingerprint([uriOf(entry.file), subject, check, container, item ?? null, field]),
    };
  });
}

/** The result of a manifest that cannot be reviewed. */
export function unreadableResult({ file, document, item, line, error }: UnreadableDocument): SarifResult {
  return {
    ruleId: UNREADABLE,
    ruleIndex: ruleIndexOf(UNREADABLE),
    level: 'error',
    message: { text: `cannot be reviewed: ${error}` },
    locations: [locationOf(file, { line: line ?? 1, column: null })],
    partialFingerprints: fingerprint([uriOf(file), UNREADABLE, document, item ?? null]),
  };
}

/** Where a value is in a file. GitHub shows no result without a line. */
export function locationOf(
  file: string,
  { line, column }: Pick<ValuePlace, 'line' | 'column'> = { line: 1, column: null },
): SarifLocation {
  const region = column === null ? { startLine: line } : { startLine: line, startColumn: column };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } };
}

function locate(
  violations: readonly Violation[],
  document: ManifestDocument | UnreadableDocument | undefined,
): readonly Pick<ValuePlace, 'line' | 'column'>[] {
  if (document === undefined || 'error' in document) return [];
  const paths = violations.map(({ field }) => parseFieldPath(field));
  return document.locate?.(paths) ?? paths.map(() => ({ line: document.line, column: null }));
}

/** Relative to the folder that the program runs in, which is the root of the repository in a pipeline. */
function uriOf(file: string): string {
  if (file === '-') return 'stdin';
  const path = relative(process.cwd(), file);
  if (path.startsWith('..') || isAbsolute(path)) return pathToFileURL(file).href;
  return path.split(sep).map(encodeURIComponent).join('/');
}

function fingerprint(parts: readonly unknown[]): SarifResult['partialFingerprints'] {
  return { [FINGERPRINT]: sha256(JSON.stringify(parts)).slice(0, 32) };
}
