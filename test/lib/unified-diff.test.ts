import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../src/lib/unified-diff.ts';

/** Applies a unified diff, checking every line that it says is there. */
function patch(before: string, diff: string): string {
  const old = before.split('\n').slice(0, -1);
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(0, -1)) {
    const header = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line);
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      result.push(...old.slice(at, start));
      at = start;
      expect(result.length).toBe(Number(header[3]) - (header[4] === '0' ? 0 : 1));
      continue;
    }
    if (line.startsWith('+')) result.push(line.slice(1));
    else expect(old[at]).toBe(line.slice(1));
    if (line.startsWith(' ')) result.push(line.slice(1));
    if (!line.startsWith('+')) at += 1;
  }
  return [...result, ...old.slice(at)].map((line) => `${line}\n`).join('');
}

const text = array(constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 40 }).map((lines) =>
  lines.map((line) => `${line}\n`).join(''),
);

describe('unifiedDiff', () => {
  test('a change is shown with three lines around it', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
    expect(unifiedDiff(before, before.replace('5', 'five'))).toBe(
      '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n',
    );
  });

  test('texts that are the same have no difference', () => {
    expect(unifiedDiff('a\n', 'a\n')).toBe('');
  });

  test('applied to the first text it gives the second', () => {
    assert(
      property(text, text, (before, after) => {
        expect(patch(before, unifiedDiff(before, after))).toBe(after);
      }),
    );
  });
});
