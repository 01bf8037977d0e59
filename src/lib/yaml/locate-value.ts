import { type Event, EVENT_ID, SCALAR_STYLE } from 'js-yaml';
import { resolveAliases } from './aliases.ts';
import { afterNode, offsetOf } from './construct-value.ts';
import { parseLenientEvents } from './parse-lenient-events.ts';
import { type MemberOffsets, parseJsonValue } from './parse-json-value.ts';
import { isMergeKey, keyText, scalarText } from './scalar-value.ts';

/** Members and list positions that lead from an object to a value in it. */
export type ValuePath = readonly (string | number)[];

/** Where a value is in its text. */
export interface LocatedValue {
  /** Of the value, or of its key where the value is no scalar. */
  readonly offset: number;
  /** The text of an unquoted scalar as it was written: `yes` for true. Null for everything else. */
  readonly written: string | null;
}

/**
 * Finds values in the object that starts at an offset. Where a path ends before its value, the place is that of the last
 * member that is there. Null for an object that does not start there.
 */
export type Locate = (start: number, paths: readonly ValuePath[]) => readonly (LocatedValue | null)[];

/** Finds values of a YAML text that was read without a fault. It is parsed again only if something is to be found. */
export function locateInYaml(text: string): Locate {
  let known: { readonly source: Source; readonly mappings: ReadonlyMap<number, number> } | undefined;
  return (start, paths) => {
    known ??= readSource(text);
    const { source, mappings } = known;
    const index = mappings.get(start);
    return paths.map((path) => (index === undefined ? null : locateNode(source, index, path, start)));
  };
}

function readSource(text: string) {
  const { events } = parseLenientEvents(text);
  const source: Source = { text, events, targets: resolveAliases(text, events) };
  return { source, mappings: indexMappings(events) };
}

function indexMappings(events: readonly Event[]): ReadonlyMap<number, number> {
  const indexes = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    if (event.type === EVENT_ID.MAPPING) indexes.set(event.start, index);
  }
  return indexes;
}

interface Source {
  readonly text: string;
  readonly events: readonly Event[];
  readonly targets: ReadonlyMap<number, number>;
}

/** `place` is the offset of the key or list item that leads to the node. */
function locateNode(source: Source, index: number, path: ValuePath, place: number): LocatedValue {
  const event = source.events[index];
  const [step, ...rest] = path;
  if (event?.type === EVENT_ID.ALIAS && step !== undefined) {
    return locateNode(source, source.targets.get(index) ?? -1, path, place);
  }
  if (event?.type === EVENT_ID.SCALAR && step === undefined) {
    const isPlain = event.style === SCALAR_STYLE.PLAIN && event.valueStart !== -1;
    return {
      offset: event.valueStart === -1 ? place : event.valueStart,
      written: isPlain ? source.text.slice(event.valueStart, event.valueEnd) : null,
    };
  }
  const member =
    typeof step === 'number' ? findItem(source, index, step) : findMember(source, index, step ?? '');
  return step === undefined || member === null
    ? { offset: place, written: null }
    : locateNode(source, member.index, rest, member.place);
}

interface Member {
  readonly index: number;
  readonly place: number;
}

function findItem({ events }: Source, index: number, position: number): Member | null {
  if (events[index]?.type !== EVENT_ID.SEQUENCE) return null;
  let at = index + 1;
  for (let passed = 0; passed < position; passed += 1) {
    if (isEnd(events[at])) return null;
    at = afterNode(events, at);
  }
  return isEnd(events[at]) ? null : { index: at, place: offsetOf(events[at]) };
}

/** What a mapping writes itself is looked at first, and then what it merges. */
function findMember(source: Source, index: number, name: string): Member | null {
  const { events, text, targets } = source;
  if (events[index]?.type !== EVENT_ID.MAPPING) return null;
  const merged: number[] = [];
  for (let at = index + 1; !isEnd(events[at]); at = afterNode(events, at + 1)) {
    const written = events[at];
    const key = written?.type === EVENT_ID.ALIAS ? events[targets.get(at) ?? -1] : written;
    if (key?.type !== EVENT_ID.SCALAR) return null;
    const scalar = scalarText(text, key);
    if (isMergeKey(scalar)) merged.push(at + 1);
    else if (keyText(scalar, 0) === name) return { index: at + 1, place: offsetOf(written) };
  }
  for (const at of merged.flatMap((one) => mergedMappings(source, one))) {
    const member = findMember(source, at, name);
    if (member !== null) return member;
  }
  return null;
}

function mergedMappings({ events, targets }: Source, index: number): readonly number[] {
  const event = events[index];
  if (event?.type === EVENT_ID.ALIAS) return [targets.get(index) ?? -1];
  if (event?.type !== EVENT_ID.SEQUENCE) return [index];
  const found: number[] = [];
  for (let at = index + 1; !isEnd(events[at]); at = afterNode(events, at)) found.push(targets.get(at) ?? at);
  return found;
}

function isEnd(event: Event | undefined): boolean {
  return event === undefined || event.type === EVENT_ID.POP;
}

/** Finds values of a JSON text that was read without a fault. */
export function locateInJson(text: string): Locate {
  return (start, paths) => {
    const members: MemberOffsets = new Map();
    const { value } = parseJsonValue(text, start, new Map(), members);
    return paths.map((path) => {
      let at = value;
      let offset = start;
      for (const step of path) {
        const found = typeof at === 'object' && at !== null ? members.get(at)?.get(step) : undefined;
        if (found === undefined) break;
        offset = found;
        at = (at as Record<string | number, unknown>)[step];
      }
      return { offset, written: null };
    });
  };
}
