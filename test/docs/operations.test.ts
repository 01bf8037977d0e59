import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './doc-commands.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What a pattern's group matches in a text, once each and sorted. */
function found(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].toSorted();
}

const page = read('docs/operations.md');
const alerts = read('charts/cloister/templates/prometheus-rule.yaml');
/** Policies of databases have names of the same kind. */
const sources = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['src/policy/**'] })
  .map(read)
  .join('\n');
// Roles and policies in databases have such names too.
const metrics = found(sources, /\bname: '(cloister_\w+)',\s*help:/g);

test('the page on operations lists every metric, and no other', () => {
  expect(metrics.length).toBeGreaterThan(10);
  expect(found(page, /^\| `(cloister_\w+)` \|/gm)).toEqual(metrics);
});

test('it lists every alert of the chart, and no other', () => {
  const names = found(alerts, /- alert: (\w+)/g);
  expect(names.length).toBeGreaterThan(3);
  expect(found(page, /^\| `(Cloister\w+)` \|/gm)).toEqual(names);
});

test('the alerts of the chart name metrics that exist', () => {
  const named = found(alerts, /\b(cloister_[a-z_]+)\b/g);
  expect(named.filter((name) => !metrics.includes(name))).toEqual([]);
});
