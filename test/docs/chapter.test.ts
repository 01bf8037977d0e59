import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { ROOT } from './doc-commands.ts';

const TEXT = readFileSync(join(ROOT, 'docs/chapter.md'), 'utf8');

/** The rows of the table below a heading, as cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = TEXT.split(`## ${heading}\n`);
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) => line.slice(2, -2).split(' | '));
}

const fileIn = (cell: string | undefined): string | undefined =>
  /^`((src|test)\/[\w./-]+)`$/.exec(cell ?? '')?.[1];

describe('the page about the chapter', () => {
  test('names files that exist', () => {
    const named = [...TEXT.matchAll(/`((?:src|test|manifests|docs)\/[\w./-]+)`/g)].map(
      ([, file = '']) => file,
    );
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('has a file and a test for each system', () => {
    const rows = rowsBelow('System by system');
    expect(rows.length).toBeGreaterThanOrEqual(20);
    for (const [system, , file, testFile] of rows) {
      expect([system, fileIn(file)?.startsWith('src/')]).toEqual([system, true]);
      expect([system, fileIn(testFile)?.startsWith('test/')]).toEqual([system, true]);
    }
  });

  test('counts the checks of the pod contract', () => {
    expect(TEXT).toContain(`${CHECKS.length} checks`);
  });

  test('has a test for each unsafe idea', () => {
    const rows = rowsBelow("Where the chapter's code is unsafe");
    expect(rows.map((row) => fileIn(row.at(-1))?.endsWith('.test.ts'))).toEqual(rows.map(() => true));
    expect(rows).toHaveLength(6);
  });

  test('leads to headings that exist', () => {
    const links = [...TEXT.matchAll(/\]\(([\w-]+\.md)(?:#([\w-]+))?\)/g)];
    for (const [link, file = '', anchor] of links) {
      const headings = readFileSync(join(ROOT, 'docs', file), 'utf8').match(/^#+ .*$/gm) ?? [];
      const anchors = headings.map((heading) =>
        heading
          .replace(/^#+ /, '')
          .toLowerCase()
          .replaceAll(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
      if (anchor !== undefined) expect([link, anchors.includes(anchor)]).toEqual([link, true]);
    }
  });
});
