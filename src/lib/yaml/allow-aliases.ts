// The bounds of go-yaml v2: 99 % of the nodes may come from aliases in a small document, 10 % in a very large one,
// and in between about as many nodes as the small one may have.
const small = 400_000;
const large = 4_000_000;

/** Whether so many nodes built through aliases, of all nodes built, are still no alias bomb. */
export function allowAliases(nodes: number, throughAliases: number): boolean {
  if (throughAliases <= 100 || nodes <= 1000) return true;
  return throughAliases / nodes <= allowedRatio(nodes);
}

function allowedRatio(nodes: number): number {
  if (nodes <= small) return 0.99;
  if (nodes >= large) return 0.1;
  return 0.99 - 0.89 * ((nodes - small) / (large - small));
}
