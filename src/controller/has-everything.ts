import { isDeepEqualJson } from '../lib/is-deep-equal-json.ts';
import { isRecord } from '../lib/is-record.ts';
import { parseQuantity } from '../lib/quantity.ts';

/** Members whose values, and the fields whose value, are quantities: the API server may write `1000m` as `1`. */
const QUANTITY_MAPS: ReadonlySet<string> = new Set(['limits', 'requests', 'hard', 'overhead']);
const QUANTITY_FIELDS: ReadonlySet<string> = new Set(['sizeLimit', 'divisor']);

/** Maps in which an entry beside what is wanted is a difference, because it holds as well. */
const WHOLE_MAPS: ReadonlySet<string> = new Set(['hard']);

/** How the live value is compared with the wanted one. */
type Comparison = 'asIs' | 'quantities' | 'quantity';

/**
 * Whether a live object has every field of the wanted one, so that applying it would change nothing. What the API server or
 * another writer put beside these is no difference; a list is one, and must have the same items in the same order. Fields of
 * the object named in `exact` must have nothing beside either: of a NetworkPolicy, one member more may open what is closed.
 */
export function hasEverything(live: object, wanted: object, exact: readonly string[] = []): boolean {
  const has = live as Members;
  return Object.entries(wanted).every(([name, value]) =>
    exact.includes(name) ? isDeepEqualJson(has[name], value) : isIn(has[name], value, 'asIs'),
  );
}

type Members = Readonly<Record<string, unknown>>;

function isIn(live: unknown, wanted: unknown, comparison: Comparison): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (Array.isArray(wanted)) return areItemsIn(live, wanted);
  if (isRecord(wanted)) return areMembersIn(live, wanted, comparison);
  return live === wanted || (comparison === 'quantity' && isSameQuantity(live, wanted));
}

/** The API server leaves out a list that is empty. */
function areItemsIn(live: unknown, wanted: readonly unknown[]): boolean {
  const items: unknown = live ?? [];
  if (!Array.isArray(items) || items.length !== wanted.length) return false;
  return wanted.every((item, index) => isIn(items[index], item, 'asIs'));
}

function areMembersIn(live: unknown, wanted: Members, comparison: Comparison): boolean {
  if (!isRecord(live))
    return live === undefined && Object.values(wanted).every((value) => value === undefined);
  return Object.entries(wanted).every(
    ([name, value]) =>
      isIn(live[name], value, comparisonOf(name, comparison)) &&
      !(WHOLE_MAPS.has(name) && hasMore(live[name], value)),
  );
}

function hasMore(live: unknown, wanted: unknown): boolean {
  return isRecord(live) && isRecord(wanted) && Object.keys(live).some((name) => !Object.hasOwn(wanted, name));
}

function comparisonOf(name: string, outer: Comparison): Comparison {
  if (outer === 'quantities' || QUANTITY_FIELDS.has(name)) return 'quantity';
  return QUANTITY_MAPS.has(name) ? 'quantities' : 'asIs';
}

function isSameQuantity(live: unknown, wanted: unknown): boolean {
  if (!isAmount(live) || !isAmount(wanted)) return false;
  const amount = parseQuantity(wanted);
  return amount !== null && parseQuantity(live) === amount;
}

function isAmount(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
