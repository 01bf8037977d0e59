import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ParseProgress,
  parseTexts,
  readTexts,
  type ReadTextsOptions,
} from '../../../src/cli/input/read-manifests.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-input-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function read(
  sources: readonly string[],
  {
    onProgress,
    ...options
  }: Partial<ReadTextsOptions> & { readonly onProgress?: (progress: ParseProgress) => void } = {},
) {
  const paths = sources.map((source) => (source === '-' ? source : join(folder, source)));
  const texts = await readTexts(paths, { stdin: Readable.from([]), ...options });
  return [...parseTexts(texts, onProgress)].map((document) => ({
    ...document,
    file: document.file.replace(`${folder}/`, ''),
  }));
}

const filesOf = (found: readonly { file: string }[]): string[] => found.map(({ file }) => file);

describe('which files are read', () => {
  test('a folder gives its YAML and JSON files and those below, in the order of names', async () => {
    for (const path of [
      'a/b.yaml',
      'a/c/d.yml',
      'a/c/e.json',
      'a/.hidden/f.yaml',
      'a/g.txt',
      'a/.git/h.yaml',
    ])
      await put(path, 'kind: A');
    expect(filesOf(await read(['a']))).toEqual(['a/.hidden/f.yaml', 'a/b.yaml', 'a/c/d.yml', 'a/c/e.json']);
  });

  test('a named file may have any extension', async () => {
    await put('manifest.txt', 'kind: A');
    expect(await read(['manifest.txt'])).toEqual([
      { file: 'manifest.txt', document: 0, line: 1, object: { kind: 'A' } },
    ]);
  });

  test('a file reached twice is read once', async () => {
    await put('a/one.yaml', 'kind: A');
    await symlink('one.yaml', join(folder, 'a/two.yaml'));
    await symlink('a', join(folder, 'b'));
    expect(filesOf(await read(['a/one.yaml', 'a', 'b', 'a/one.yaml']))).toEqual(['a/one.yaml']);
  });

  test('a link to a folder that holds it is reported as a loop, and the rest is read', async () => {
    await put('a/b/c.yaml', 'kind: A');
    await symlink('..', join(folder, 'a/b/again'));
    await symlink('self', join(folder, 'a/self'));
    const found = await read(['a']);
    expect(found).toMatchObject([
      { file: 'a/b/again', document: 0, error: expect.stringContaining('remove the loop') as string },
      { file: 'a/b/c.yaml', object: { kind: 'A' } },
      { file: 'a/self', error: expect.stringContaining('leads back to itself') as string },
    ]);
  });

  test('a folder without manifests is reported', async () => {
    await put('a/readme.md', '# A');
    expect(await read(['a'])).toMatchObject([
      { file: 'a', error: expect.stringContaining('holds no .yaml') as string },
    ]);
  });

  test('stdin is -, and may be read beside files', async () => {
    await put('a.yaml', 'kind: A');
    const stdin = Readable.from([Buffer.from('ki'), Buffer.from('nd: B\n---\nx: [')]);
    expect(await read(['-', 'a.yaml'], { stdin })).toMatchObject([
      { file: '-', document: 0, object: { kind: 'B' } },
      { file: '-', document: 1, line: expect.any(Number) as number, error: expect.any(String) as string },
      { file: 'a.yaml', object: { kind: 'A' } },
    ]);
  });
});

const faults: readonly { name: string; content: string | Uint8Array; error: string }[] = [
  { name: 'an empty file', content: '', error: 'is empty' },
  { name: 'a file of comments', content: '# nothing\n---\n', error: 'holds no object' },
  { name: 'an empty List', content: 'kind: List\nitems: []', error: 'holds no object' },
  { name: 'a binary file', content: Buffer.from([0x61, 0x00, 0x62]), error: 'NUL byte at offset 1' },
  { name: 'UTF-16', content: Buffer.from('\uFEFFkind: A', 'utf16le'), error: 'is UTF-16' },
  { name: 'invalid UTF-8', content: Buffer.from([0x61, 0x3a, 0x20, 0xff]), error: 'not valid UTF-8' },
  {
    name: 'a file over the limit',
    content: `a: ${'x'.repeat(100)}`,
    error: 'has 103 bytes, and the limit for one file is 64',
  },
];

describe('what cannot be read is reported by name, and the rest is read', () => {
  test.for(faults)('$name', async ({ content, error }) => {
    await put('a.yaml', content);
    await put('b.yaml', 'kind: B');
    const found = await read(['a.yaml', 'b.yaml'], { maxFileBytes: 64 });
    expect(found).toMatchObject([
      { file: 'a.yaml', document: 0, error: expect.stringContaining(error) as string },
      { file: 'b.yaml', object: { kind: 'B' } },
    ]);
    expect(found[0]).toMatchObject({ error: expect.stringContaining('a.yaml') as string });
  });

  test('a file of 20 MB by the limit that holds where none is given', async () => {
    await put('a.yaml', Buffer.alloc(20_000_000, 'a'));
    expect(await read(['a.yaml'])).toMatchObject([
      {
        error: expect.stringContaining(
          'has 20000000 bytes, and the limit for one file is 16777216 (16 MiB)',
        ) as string,
      },
    ]);
  });

  test('stdin over the limit', async () => {
    const stdin = Readable.from([Buffer.alloc(40, 'a'), Buffer.alloc(40, 'a')]);
    expect(await read(['-'], { stdin, maxFileBytes: 64 })).toMatchObject([
      { file: '-', error: expect.stringContaining('stdin has more than 64 bytes') as string },
    ]);
  });

  test('a path that does not exist and a link that leads nowhere', async () => {
    await put('a/b.yaml', 'kind: B');
    await symlink('gone', join(folder, 'a/c.yaml'));
    expect(await read(['nowhere', 'a'])).toMatchObject([
      { file: 'nowhere', error: expect.stringContaining('does not exist') as string },
      { file: 'a/b.yaml', object: { kind: 'B' } },
      { file: 'a/c.yaml', error: expect.stringContaining('does not exist') as string },
    ]);
  });

  test('a pipe in a folder, which could block for ever', async () => {
    await put('a/b.yaml', 'kind: B');
    execFileSync('mkfifo', [join(folder, 'a/c.yaml')]);
    expect(await read(['a'])).toMatchObject([
      { file: 'a/b.yaml' },
      { file: 'a/c.yaml', error: expect.stringContaining('not a regular file') as string },
    ]);
  });
});

test('progress counts files and documents', async () => {
  await put('a/a.yaml', 'kind: A\n---\nkind: B');
  await put('a/b.yaml', 'kind: C');
  const seen: object[] = [];
  await read(['a'], { onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toEqual({ files: 2, documents: 3 });
});
