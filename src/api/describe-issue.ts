import type { z } from 'zod';
import { isRecord } from '../lib/is-record.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { shorten } from '../lib/shorten.ts';
import type { Breach } from './find-breaches.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const MAX_SHOWN_CHARACTERS = 61;

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * Why an object does not fit the schema of its kind, in words: the field, what was found and what it must be. The words for a
 * pattern are those that the shape gives to `regex`.
 */
export function describeIssue(issue: Issue, object: unknown): string {
  const value = valueAt(object, issue.path);
  const requirement = requirementOf(issue, value);
  return `${subjectOf(issue.path, object)} ${foundIn(issue, value)}; it ${requirement}${adviceFor(issue, value)}`;
}

/** The same for a value of the right shape that does not satisfy what the API server asks of it. */
export function describeBreach({ path, found, requirement }: Breach, object: unknown): string {
  const subject = subjectOf(path, object);
  if (!requirement.startsWith('must ')) return `${subject}: ${requirement}`;
  const shown = found ?? shortValue(valueAt(object, path));
  return shown === null ? `${subject} ${requirement}` : `${subject} ${shown}; it ${requirement}`;
}

/** A path as Kubernetes writes it: `spec.tools[0].name`. */
export function fieldPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** The field, with the name of the list item that it is in. */
export function subjectOf(path: Path, object: unknown): string {
  const field = fieldPath(path);
  for (let end = path.length - 1; end > 0; end -= 1) {
    const item = valueAt(object, path.slice(0, end));
    if (typeof path[end - 1] !== 'number' || !isRecord(item) || typeof item['name'] !== 'string') continue;
    return path.at(-1) === 'name' && end === path.length - 1 ? field : `${field} of ${quoted(item['name'])}`;
  }
  return field;
}

function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isRecord(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
  }, object);
}

/** A value in words; null for a list or an object, whose content does not fit in a sentence. */
function shortValue(value: unknown): string | null {
  if (value === undefined || value === null) return 'is not set';
  if (Array.isArray(value)) return value.length === 0 ? 'is empty' : null;
  if (typeof value === 'string') return `is ${quoted(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `is ${value}` : null;
}

function foundIn(issue: Issue, value: unknown): string {
  const isLength = issue.code === 'too_big' || issue.code === 'too_small';
  if (isLength && (typeof value === 'string' || Array.isArray(value))) {
    return value.length === 0 ? 'is empty' : `has ${lengthOf(value, value.length)}`;
  }
  return shortValue(value) ?? (Array.isArray(value) ? 'is a list' : 'is an object');
}

function quoted(text: string): string {
  return JSON.stringify(shorten(text, MAX_SHOWN_CHARACTERS));
}

function lengthOf(value: unknown, length: number): string {
  return `${length} ${Array.isArray(value) ? 'item' : 'character'}${length === 1 ? '' : 's'}`;
}

function requirementOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const values = issue.values.map((allowed) => JSON.stringify(allowed));
      return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`;
    }
    case 'too_small':
      return boundOf(value, 'at least', Number(issue.minimum));
    case 'too_big':
      return boundOf(value, 'at most', Number(issue.maximum));
    case 'invalid_union':
      return requirementOfUnion(issue, value);
    case 'invalid_format':
    case 'custom':
      return issue.message;
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    default:
      return 'must be removed';
  }
}

function boundOf(value: unknown, relation: string, bound: number): string {
  return typeof value === 'number'
    ? `must be ${relation} ${bound}`
    : `must have ${relation} ${lengthOf(value, bound)}`;
}

/** The requirement of the branch that takes values of this type, or that of the union where none does. */
function requirementOfUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const closest = issue.errors
    .flatMap((branch) => branch.slice(0, 1))
    .find(({ code }) => code !== 'invalid_type');
  return closest === undefined ? issue.message : requirementOf(closest, value);
}

function adviceFor(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = nearestName(
      value,
      issue.values.filter((allowed) => typeof allowed === 'string'),
    );
    return near === null || issue.values.length === 1 ? '' : `; did you mean ${quoted(near)}?`;
  }
  if (issue.code !== 'invalid_type') return '';
  const isPlain = typeof value === 'number' || typeof value === 'boolean';
  if (issue.expected === 'string' && isPlain) return '. Put it in quotes';
  const isNumeral = typeof value === 'string' && /^\d+$/.test(value);
  return (issue.expected === 'int' || issue.expected === 'number') && isNumeral ? '. Remove the quotes' : '';
}
