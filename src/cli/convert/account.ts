import { describeIssue } from '../../api/describe-issue.ts';
import { isRecord } from '../../lib/is-record.ts';
import { type FieldPath, fieldPath } from '../../policy/pod/field-path.ts';
import { type Configuration, configurationSchema, EXPLANATIONS } from './configuration.ts';
import { keepLeaves, type Leaf } from './leaves.ts';
import { findRepeatedNames, placeOf } from './place.ts';
import type { ConvertSettings } from './settings.ts';
import { type Explanations, notUnderstood, takenOver, type Verdict } from './verdict.ts';

/** What became of one value of the input. */
export interface AccountEntry extends Verdict {
  readonly path: FieldPath;
  readonly value: unknown;
}

/** Every value of a document, once, and the configuration that those make which were understood. */
export interface Account {
  readonly entries: readonly AccountEntry[];
  readonly configuration: Configuration;
}

const BEFORE_REQUIREMENT = '; it must';

type Document = Readonly<Record<string, unknown>>;

/** Accounts for each leaf of a document. */
export function accountFor(document: Document, leaves: readonly Leaf[], settings: ConvertSettings): Account {
  const problems = findProblems(document, leaves);
  const kept = keepLeaves(document, (path) => !problems.has(fieldPath(path)));
  const { security: configuration } = configurationSchema.parse(isRecord(kept) ? kept : { security: {} });
  const explain = createExplain(configuration, settings);
  const entries = leaves.map((leaf) => {
    const problem = problems.get(fieldPath(leaf.path));
    return { ...leaf, ...(problem === undefined ? explain(leaf) : notUnderstood(problem)) };
  });
  return { entries, configuration };
}

/** By the text of their paths, why leaves are not understood. */
function findProblems(document: Document, leaves: readonly Leaf[]): ReadonlyMap<string, string> {
  const wrong = new Map<string, string>();
  for (const issue of configurationSchema.safeParse(document).error?.issues ?? []) {
    wrong.set(JSON.stringify(issue.path), requirementIn(describeIssue(issue, document)));
  }
  const repeated = findRepeatedNames(rolesOf(document));
  const problems = new Map<string, string>();
  for (const { path } of leaves) {
    const place = placeOf(configurationSchema, path);
    const problem =
      wrongPrefix(path, wrong) ??
      ('problem' in place ? place.problem : null) ??
      (path[2] === 'roles' && repeated.has(String(path[3]))
        ? 'is of a role with the name of another: rename one'
        : null);
    if (problem !== null) problems.set(fieldPath(path), problem);
  }
  return problems;
}

/** What a value must be, without the value: a secret may have been written into any field. */
function requirementIn(problem: string): string {
  const start = problem.lastIndexOf(BEFORE_REQUIREMENT);
  return start === -1 ? 'must be removed' : problem.slice(start + BEFORE_REQUIREMENT.length - 'must'.length);
}

function wrongPrefix(path: FieldPath, wrong: ReadonlyMap<string, string>): string | null {
  for (let end = path.length; end > 0; end -= 1) {
    const problem = wrong.get(JSON.stringify(path.slice(0, end)));
    if (problem !== undefined) return problem;
  }
  return null;
}

function rolesOf({ security }: Document): unknown {
  const model = isRecord(security) ? security['permission_model'] : undefined;
  return isRecord(model) ? model['roles'] : undefined;
}

function createExplain(configuration: Configuration, settings: ConvertSettings): (leaf: Leaf) => Verdict {
  const roles = Object.values(configuration.permission_model.roles);
  const listedTools = new Set<string>(roles.flatMap(({ allowed_tools: tools }) => tools));
  return ({ path, value }) => {
    if (isRecord(value)) return takenOver('Nothing is set here. What is not listed is not allowed.');
    if (Array.isArray(value)) return takenOver('Nothing is listed, so nothing is allowed.');
    const [, name, ...below] = path;
    const section = String(name) as keyof Configuration;
    const place = placeOf(configurationSchema.shape.security.shape[section], below);
    const explanations: Explanations<never> = EXPLANATIONS[section];
    const explain = 'pattern' in place ? explanations[place.pattern] : undefined;
    if (explain === undefined) throw new Error(`nothing says what becomes of ${fieldPath(path)}`);
    return explain(value, { path: below, section: configuration[section] as never, listedTools, settings });
  };
}
