/** Lists the first items of a list that may be long, and counts the rest: `a, b and 3 more`. */
export function listFirst<Item>(
  items: readonly Item[],
  maxItems: number,
  describe: (item: Item) => string = String,
  separator = ', ',
): string {
  const more = items.length > maxItems ? ` and ${items.length - maxItems} more` : '';
  return `${items.slice(0, maxItems).map(describe).join(separator)}${more}`;
}
