import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './doc-commands.ts';

const FORBIDDEN =
  /\b(whoever|whosoever|(is|are) told|stands for|is nothing|nothing, required|required is|by little)\b/gi;

const DOCUMENTS = [
  '*.md',
  'docs/**/*.md',
  'charts/**/*.{yaml,tpl,txt,json}',
  'manifests/**/*.yaml',
  'crds/*.yaml',
];

/** Comments are for developers; what is left of a source are its strings, which people see. */
const COMMENTS = /^\s*\/\*[\s\S]*?\*\/|(^|\s)\/\/ .*$/gm;

function forbiddenWords(patterns: readonly string[], withoutComments: boolean): readonly string[] {
  const files = globSync([...patterns], { cwd: ROOT });
  expect(files.length).toBeGreaterThan(10);
  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const shown = withoutComments ? text.replace(COMMENTS, '') : text;
    return [...shown.replace(/\s+/g, ' ').matchAll(FORBIDDEN)].map(
      ({ index, 0: word, input }) =>
        `${file}: ${word}: …${input.slice(Math.max(0, index - 60), index + 60)}…`,
    );
  });
}

test('the documentation, the chart and the manifests are in plain English', () => {
  expect(forbiddenWords(DOCUMENTS, false)).toEqual([]);
});

test('messages and help texts are in plain English', () => {
  expect(forbiddenWords(['src/**/*.ts'], true)).toEqual([]);
});
