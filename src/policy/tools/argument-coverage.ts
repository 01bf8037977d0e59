import { compileLinearPattern, type LinearPattern } from '../../lib/pattern/linear-pattern.ts';
import { isRecord } from '../../lib/is-record.ts';

/** What of a value is said something about: by a rule at a pointer, or by a schema that describes it. */
export interface Coverage {
  /** Everything at and below this place is. */
  readonly isWhole: boolean;
  readonly members: ReadonlyMap<string, Coverage>;
  readonly patterns: readonly (readonly [LinearPattern, Coverage])[];
  /** What the items of a list are covered by, from the first on; the last is for all that follow. */
  readonly items: readonly Coverage[];
}

const NOTHING: Coverage = { isWhole: false, members: new Map(), patterns: [], items: [] };
const WHOLE: Coverage = { ...NOTHING, isWhole: true };

/** Keywords that say what holds for members that are not listed: then the schema decides about them. */
const OPENING = ['additionalProperties', 'unevaluatedProperties'];

/**
 * What a schema covers. It covers the members that its `properties` and `patternProperties` list; others only if it says what
 * holds for them, or lists none. The arguments as a whole are `isRoot`: a schema that lists none of them covers none.
 */
export function coverageOfSchema(schema: unknown, isRoot: boolean): Coverage {
  if (!isRecord(schema)) return isRoot ? NOTHING : WHOLE;
  const { properties, patternProperties, items, prefixItems } = schema;
  const lists = isRecord(properties) || isRecord(patternProperties);
  if (OPENING.some((name) => name in schema)) return WHOLE;
  const rest = isRecord(items) ? [coverageOfSchema(items, false)] : [WHOLE];
  const first = Array.isArray(prefixItems) ? prefixItems.map((item) => coverageOfSchema(item, false)) : [];
  if (!lists) {
    if (isRoot) return NOTHING;
    return isRecord(items) || first.length > 0 ? { ...NOTHING, items: [...first, ...rest] } : WHOLE;
  }
  return {
    isWhole: false,
    members: new Map(entriesOf(properties).map(([name, part]) => [name, coverageOfSchema(part, false)])),
    patterns: entriesOf(patternProperties).map(([pattern, part]) => [
      compileLinearPattern(pattern),
      coverageOfSchema(part, false),
    ]),
    items: isRoot ? [] : [...first, ...rest],
  };
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** The rules about single arguments, as a tree of their pointers. */
export interface RulePointers {
  /** Whether a rule is about this very place. */
  isRuled: boolean;
  readonly members: Map<string, RulePointers>;
}

/** Makes the tree of pointers, each parsed. */
export function treeOfPointers(pointers: readonly (readonly string[])[]): RulePointers {
  const root: RulePointers = { isRuled: false, members: new Map() };
  for (const tokens of pointers) {
    let node = root;
    for (const token of tokens) {
      const next: RulePointers = node.members.get(token) ?? { isRuled: false, members: new Map() };
      node.members.set(token, next);
      node = next;
    }
    node.isRuled = true;
  }
  return root;
}

interface Place {
  readonly value: unknown;
  readonly schemas: readonly Coverage[];
  readonly rules: RulePointers | undefined;
}

/** The path of the first argument that neither a rule nor the schema covers; null where there is none. */
export function findUncovered(place: Place): readonly string[] | null {
  const { value, schemas, rules } = place;
  if (rules?.isRuled || schemas.some(({ isWhole }) => isWhole)) return null;
  const isDescribed = schemas.length > 0;
  if (typeof value !== 'object' || value === null) return isDescribed ? null : [];
  if (!isDescribed && (rules === undefined || rules.members.size === 0)) return [];
  for (const [name, member] of Object.entries(value)) {
    const below = findUncovered({
      value: member,
      schemas: schemas.flatMap((schema) => coverageOfMember(schema, name, Array.isArray(value))),
      rules: rules?.members.get(name),
    });
    if (below !== null) return [name, ...below];
  }
  return null;
}

function coverageOfMember(
  { members, patterns, items }: Coverage,
  name: string,
  isItem: boolean,
): readonly Coverage[] {
  if (isItem) return items[Number(name)] ? [items[Number(name)]!] : items.slice(-1);
  const listed = members.get(name);
  return [
    ...(listed === undefined ? [] : [listed]),
    ...patterns.flatMap(([pattern, coverage]) => (pattern.test(name) ? [coverage] : [])),
  ];
}
