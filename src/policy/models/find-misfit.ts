import type { z } from 'zod';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { fieldPath } from '../pod/field-path.ts';
import type { Reason } from '../reasons.ts';
import type { Shape } from './body-shape.ts';

/** Why a body is refused. */
export interface Misfit {
  readonly reason: Reason;
  readonly finding: Finding;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The first thing in a value that does not fit; null where it fits. `at` is the path to the value in the body. */
export function findMisfit(shape: Shape, value: unknown, at: Path = []): Misfit | null {
  const parsed = shape.safeParse(value);
  if (parsed.success) return null;
  const issue = innermost(parsed.error.issues);
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  const unknown = issue.code === 'unrecognized_keys';
  return refuseField([...at, ...path], {
    found: unknown ? 'set' : show(valueAt(value, path)),
    required: unknown ? UNKNOWN : requirementOf(issue),
    reason: reasonOf(issue),
  });
}

const UNKNOWN = 'must not be set, because the gateway does not decide on it';

/** Refuses for what a field of the body holds. */
export function refuseField(
  path: Path,
  { reason, found, required }: Pick<Finding, 'found' | 'required'> & { readonly reason: Reason },
): Misfit {
  const field = fieldPath(['body', ...path.map((step) => (typeof step === 'number' ? step : String(step)))]);
  return {
    reason,
    finding: { field, found, required, fix: FIXES[reason] ?? 'Leave it out, or correct it.' },
  };
}

const FIXES: Readonly<Partial<Record<Reason, string>>> = {
  RemoteURLNotAllowed: 'Send the content itself, or have the role allow remote URLs.',
  HostedToolNotAllowed: 'Leave the tool out, or have the role list it.',
  ModelNotAllowed: 'Ask another model, or have the role list this one.',
  OutputTokensNotAllowed: 'Ask for fewer tokens, or have the role allow more.',
};

/** Of a text-or-list the form that got furthest is the one that was meant. */
function innermost(issues: readonly Issue[]): Issue {
  const found = issues.map((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
    const inner = issue.errors.map((branch) => innermost(branch));
    const [deepest] = inner.toSorted((left, right) => right.path.length - left.path.length);
    return deepest === undefined || deepest.path.length === 0
      ? issue
      : { ...deepest, path: [...issue.path, ...deepest.path] };
  });
  return (
    found.find((issue) => reasonOf(issue) !== 'ModelRequestNotAllowed') ??
    found.find(({ code }) => code === 'unrecognized_keys') ??
    found[0]!
  );
}

function reasonOf(issue: Issue): Reason {
  const reason = issue.code === 'custom' ? issue.params?.['reason'] : undefined;
  return reason === undefined ? 'ModelRequestNotAllowed' : (reason as Reason);
}

function requirementOf(issue: Issue): string {
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') {
    return `must be ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`;
  }
  if (issue.code === 'too_big') {
    return issue.origin === 'string'
      ? `must have at most ${issue.maximum} characters`
      : `must be at most ${issue.maximum}`;
  }
  return issue.code === 'too_small'
    ? `must be at least ${issue.minimum}`
    : 'must be of a form that the gateway decides on';
}

function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const step of path) {
    at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return at;
}
