import { type Event, EVENT_ID } from 'js-yaml';
import { allowAliases, resolveAliases } from './aliases.ts';
import { isMergeKey, keyText, scalarText, scalarValue } from './scalar-value.ts';
import { YamlFault } from './yaml-fault.ts';

/** Where each mapping of the two outermost levels starts, for messages that name the line of a List's item. */
export type Positions = Map<object, number>;

type Mapping = Record<string, unknown>;

interface State {
  readonly source: string;
  readonly events: readonly Event[];
  readonly targets: ReadonlyMap<number, number>;
  readonly positions: Positions;
  index: number;
  depth: number;
  /** Nodes built, and how many of them inside an alias; goyaml refuses by their ratio. */
  decoded: number;
  decodedInAliases: number;
  readonly openAliases: Set<number>;
}

/**
 * Builds the JSON value of one document from js-yaml's events by the rules of go-yaml v2 and sigs.k8s.io/yaml.
 * `start` is the index of the root node's event. Throws a {@link YamlFault} for what kubectl refuses, and besides for
 * duplicate keys, of which kubectl would silently keep the last.
 */
export function constructValue(
  source: string,
  events: readonly Event[],
  start: number,
  positions: Positions,
): unknown {
  const targets =
    source.includes('*') || source.includes('&') ? resolveAliases(source, events) : new Map<number, number>();
  return node({
    source,
    events,
    targets,
    positions,
    index: start,
    depth: 0,
    decoded: 1,
    decodedInAliases: 0,
    openAliases: new Set(),
  });
}

function node(state: State): unknown {
  const { index } = state;
  const event = state.events[index];
  if (event === undefined)
    throw new YamlFault('the document ends too early: complete it', state.source.length);
  count(state, event);
  state.index = index + 1;
  if (event.type === EVENT_ID.SCALAR) return scalarValue(scalarText(state.source, event), event.valueStart);
  if (event.type === EVENT_ID.MAPPING) {
    const mapping: Mapping = {};
    if (state.depth <= 2) state.positions.set(mapping, event.start);
    state.depth += 1;
    pairs(state, mapping, undefined);
    state.depth -= 1;
    return mapping;
  }
  if (event.type === EVENT_ID.SEQUENCE) return sequence(state);
  return alias(state, index, () => node(state));
}

function count(state: State, event: Event): void {
  state.decoded += 1;
  if (state.openAliases.size > 0) {
    state.decodedInAliases += 1;
    if (!allowAliases(state.decoded, state.decodedInAliases)) {
      throw new YamlFault(
        'aliases expand to far more than was written: write the values out',
        offsetOf(event),
      );
    }
  }
}

function sequence(state: State): unknown[] {
  const items: unknown[] = [];
  state.depth += 1;
  while (state.events[state.index]?.type !== EVENT_ID.POP) items.push(node(state));
  state.depth -= 1;
  state.index += 1;
  return items;
}

// Reads the anchored node again in place of the alias, so that no two places share one object.
function alias<Result>(state: State, index: number, read: () => Result): Result {
  const target = state.targets.get(index);
  const event = state.events[index];
  if (target === undefined || event === undefined)
    throw new YamlFault('an alias is not allowed here: write the value out', 0);
  if (state.openAliases.has(index))
    throw new YamlFault('an anchor contains its own alias: write the value out', offsetOf(event));
  const after = index + 1;
  state.openAliases.add(index);
  state.index = target;
  const result = read();
  state.openAliases.delete(index);
  state.index = after;
  return result;
}

/** Reads pairs up to the mapping's end into `target`; `written` are the keys set by this mapping itself, once it matters. */
function pairs(state: State, target: Mapping, written: Set<string> | undefined): void {
  let own = written;
  for (;;) {
    const event = state.events[state.index];
    if (event === undefined || event.type === EVENT_ID.POP) break;
    const key = mappingKey(state);
    if (key === undefined) {
      own ??= new Set(Object.keys(target));
      merge(state, target);
      continue;
    }
    if (own === undefined ? Object.hasOwn(target, key) : own.has(key)) {
      throw new YamlFault(
        `the key ${JSON.stringify(key)} appears twice in one mapping: keep one`,
        offsetOf(event),
      );
    }
    own?.add(key);
    const value = node(state);
    if (key === '__proto__')
      Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
    else target[key] = value;
  }
  state.index += 1;
}

// Returns undefined for a merge key, which is counted by go-yaml only through what it merges.
function mappingKey(state: State): string | undefined {
  const { index } = state;
  const event = state.events[index];
  if (event?.type === EVENT_ID.SCALAR) {
    const scalar = scalarText(state.source, event);
    state.index = index + 1;
    if (isMergeKey(scalar)) return undefined;
    count(state, event);
    return keyText(scalar, event.valueStart);
  }
  if (event?.type === EVENT_ID.ALIAS) {
    count(state, event);
    return alias(state, index, () => {
      const anchored = state.events[state.index];
      if (anchored?.type !== EVENT_ID.SCALAR) throw notAKey(event);
      const scalar = scalarText(state.source, anchored);
      count(state, anchored);
      return keyText(scalar, event.anchorStart);
    });
  }
  throw notAKey(event);
}

// go-yaml v2 merges at the place of `<<`: a key written before it is overwritten, one written after it wins.
function merge(state: State, target: Mapping): void {
  const event = state.events[state.index];
  if (event?.type !== EVENT_ID.SEQUENCE) {
    mergeMapping(state, target);
    return;
  }
  state.index += 1;
  const starts: number[] = [];
  while (state.events[state.index]?.type !== EVENT_ID.POP) {
    starts.push(state.index);
    state.index = afterNode(state.events, state.index);
  }
  const after = state.index + 1;
  // From last to first: the earlier mapping takes precedence.
  for (const start of starts.reverse()) {
    state.index = start;
    mergeMapping(state, target);
  }
  state.index = after;
}

function mergeMapping(state: State, target: Mapping): void {
  const { index } = state;
  const event = state.events[index];
  if (
    event?.type === EVENT_ID.ALIAS &&
    state.events[state.targets.get(index) ?? -1]?.type === EVENT_ID.MAPPING
  ) {
    count(state, event);
    alias(state, index, () => mergeMapping(state, target));
    return;
  }
  if (event?.type !== EVENT_ID.MAPPING)
    throw new YamlFault('<< takes a mapping or a list of mappings: give it one', offsetOf(event));
  count(state, event);
  state.index = index + 1;
  pairs(state, target, new Set());
}

/** The index behind the node that starts at an index. */
export function afterNode(events: readonly Event[], start: number): number {
  let open = 0;
  let index = start;
  do {
    const type = events[index]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open += 1;
    else if (type === EVENT_ID.POP) open -= 1;
    index += 1;
  } while (open > 0);
  return index;
}

function notAKey(event: Event | undefined): YamlFault {
  return new YamlFault(
    'a mapping or a list is used as a key: JSON has only text keys, so use text',
    offsetOf(event),
  );
}

/** Where a node starts in its text; 0 where nothing starts. */
export function offsetOf(event: Event | undefined): number {
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return 0;
  if (event.type === EVENT_ID.SCALAR) return Math.max(event.valueStart, 0);
  return event.type === EVENT_ID.ALIAS ? event.anchorStart : event.start;
}
