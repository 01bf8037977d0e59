/** Lines that are shown before and after a change. */
const CONTEXT = 3;

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** The difference of two texts as `diff -u` prints it, without the lines that name the files; empty where there is none. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return '';
  const edits = shortestEdits(linesOf(before), linesOf(after));
  return hunksOf(edits)
    .map(([start, end]) => printHunk(edits, start, end))
    .join('');
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Myers' greedy algorithm (1986): for every number of edits the furthest that each diagonal reaches. */
function shortestEdits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const trace: Map<number, number>[] = [];
  const reach = new Map([[1, 0]]);
  for (let edits = 0; edits <= before.length + after.length; edits++) {
    trace.push(new Map(reach));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = startOf(reach, diagonal, edits);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      reach.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
  }
  return [];
}

/** Where a diagonal begins: one down from the diagonal above, or one to the right from the one below. */
function startOf(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  return isDown(reach, diagonal, edits) ? (reach.get(diagonal + 1) ?? 0) : (reach.get(diagonal - 1) ?? 0) + 1;
}

function isDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1);
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): readonly Edit[] {
  const edits: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let count = trace.length - 1; count >= 0; count--) {
    const reach = trace[count] ?? new Map<number, number>();
    const down = isDown(reach, x - y, count);
    const start = startOf(reach, x - y, count);
    while (x > Math.max(start, 0) && y > 0 && before[x - 1] === after[y - 1]) {
      edits.push({ sign: ' ', text: before[x - 1] ?? '' });
      x--;
      y--;
    }
    if (count === 0) break;
    edits.push(down ? { sign: '+', text: after[y - 1] ?? '' } : { sign: '-', text: before[x - 1] ?? '' });
    if (down) y--;
    else x--;
  }
  return edits.reverse();
}

/** Places in the list of edits from where to where each hunk goes; those that touch are one. */
function hunksOf(edits: readonly Edit[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  for (const [index, { sign }] of edits.entries()) {
    if (sign === ' ') continue;
    const start = Math.max(index - CONTEXT, 0);
    const end = Math.min(index + CONTEXT + 1, edits.length);
    const last = hunks.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  return hunks;
}

function printHunk(edits: readonly Edit[], start: number, end: number): string {
  const shown = edits.slice(start, end);
  const range = (side: '-' | '+'): string => {
    const skipped = edits.slice(0, start).filter(({ sign }) => sign === ' ' || sign === side).length;
    const count = shown.filter(({ sign }) => sign === ' ' || sign === side).length;
    return `${side}${count === 0 ? skipped : skipped + 1},${count}`;
  };
  const lines = shown.map(({ sign, text }) => `${sign}${text}\n`);
  return `@@ ${range('-')} ${range('+')} @@\n${lines.join('')}`;
}
