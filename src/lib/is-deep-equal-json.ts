/**
 * Whether two JSON values say the same. Absent, `null` and `undefined` members are one, as they are to the API server;
 * the order of members says nothing, the order of list items does.
 */
export function isDeepEqualJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (left === null || left === undefined) return right === null || right === undefined;
  if (typeof left !== 'object' || typeof right !== 'object' || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) return sameItems(left, right);
  return sameMembers(left as Members, right as Members);
}

type Members = Readonly<Record<string, unknown>>;

function sameItems(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((item, index) => isDeepEqualJson(item, right[index]));
}

function sameMembers(left: Members, right: Members): boolean {
  const inLeft = Object.keys(left).every((name) => isDeepEqualJson(left[name], right[name]));
  return (
    inLeft &&
    Object.keys(right).every((name) => Object.hasOwn(left, name) || isDeepEqualJson(undefined, right[name]))
  );
}
