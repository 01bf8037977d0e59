import type { Condition } from '../../api/shape/conditions.ts';
import { singleLine } from '../../lib/single-line.ts';
import { parseTime } from '../../lib/time.ts';
import { formatAge } from './format-age.ts';
import type { ListedKind, ListedObject } from './listed-kind.ts';

/** How a table is written. */
export interface TableOptions {
  readonly isWide: boolean;
  /** Whether the objects are of more than one namespace. */
  readonly showsNamespace: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const NOT_REPORTED = 'The operator has not reported yet: see that it runs (cloister doctor).';
const NONE = '-';

/** Reasons of `PodReady` that somebody asked for. */
const AS_WISHED: ReadonlySet<string> = new Set(['Completed', 'Stopped']);

/** Returns a table of objects, its columns aligned, with a line for each. */
export function listTable(objects: readonly ListedObject[], kind: ListedKind, options: TableOptions): string {
  const { isWide, showsNamespace, now } = options;
  const columns = [
    ...(showsNamespace
      ? [{ title: 'NAMESPACE', value: ({ metadata }: ListedObject) => metadata.namespace }]
      : []),
    { title: 'NAME', value: ({ metadata }: ListedObject) => metadata.name },
    { title: kind.condition.toUpperCase(), value: (object: ListedObject) => statusOf(object, kind) },
    { title: 'REASON', value: (object: ListedObject) => reasonOf(object, kind) },
    ...kind.columns,
    { title: 'AGE', value: ({ metadata }: ListedObject) => ageOf(metadata.creationTimestamp, now) },
    ...(isWide ? [...kind.wideColumns, { title: 'CONDITIONS', value: describeConditions }] : []),
  ];
  const rows = [
    columns.map(({ title }) => title),
    ...objects.map((object) => columns.map(({ value }) => singleLine(value(object) || NONE))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Names each object that is not as it must be, with the messages of the conditions that do not hold. */
export function describeNotReady(objects: readonly ListedObject[], kind: ListedKind): readonly string[] {
  return objects.flatMap((object) => {
    const { name, namespace } = object.metadata;
    const subject = namespace === undefined ? name : `${namespace}/${name}`;
    if (statusOf(object, kind) === 'True') return [];
    const causes = causesOf(object, kind);
    if (causes.some(({ reason }) => AS_WISHED.has(reason))) return [];
    if (causes.length === 0) return [`${subject}: ${NOT_REPORTED}`];
    return causes.map(({ type, reason, message }) => indent(`${subject}: ${type} (${reason}): ${message}`));
  });
}

/** A refusal has a line for each violation. */
function indent(text: string): string {
  return text.split('\n').map(singleLine).join('\n    ');
}

function statusOf(object: ListedObject, { condition }: ListedKind): string {
  return object.status?.conditions?.find(({ type }) => type === condition)?.status ?? 'Unknown';
}

function reasonOf(object: ListedObject, kind: ListedKind): string {
  return statusOf(object, kind) === 'True' ? '' : (causesOf(object, kind)[0]?.reason ?? 'NotReported');
}

/** The conditions that do not hold, those that are false first; the one that sums up only where there is no other. */
function causesOf({ status }: ListedObject, { condition }: ListedKind): readonly Condition[] {
  const failing = (status?.conditions ?? [])
    .filter((one) => one.status !== 'True')
    .toSorted((one, other) => Number(one.status !== 'False') - Number(other.status !== 'False'));
  const others = failing.filter(({ type }) => type !== condition);
  return others.length === 0 ? failing : others;
}

/** `RoleResolved=True,PodReady=False(Waiting)` */
function describeConditions({ status }: ListedObject): string {
  return (status?.conditions ?? [])
    .map(({ type, status: is, reason }) => `${type}=${is}${is === 'True' ? '' : `(${reason})`}`)
    .join(',');
}

function ageOf(creationTimestamp: string | undefined, now: number): string {
  const created = parseTime(creationTimestamp ?? '');
  return Number.isNaN(created) ? '' : formatAge(now - created);
}
