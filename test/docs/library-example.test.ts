import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { SAMPLES, writeFiles } from '../cli/run-command.ts';
import { ROOT } from './doc-commands.ts';

const LIBRARY = pathToFileURL(join(ROOT, 'src/policy/library.ts')).href;
const EXAMPLE = /```js\n([^`]*'cloister\/policy'[^`]*)```/;
const RESULT = /console\.log\(.*\); \/\/ (.*)\n/;

test('the example of the library prints what it says', async () => {
  const page = readFileSync(join(ROOT, 'docs/gateway.md'), 'utf8');
  const [, example = ''] = EXAMPLE.exec(page) ?? [];
  const folder = writeFiles({
    'example.mjs': example.replace('cloister/policy', LIBRARY),
    'role.json': JSON.stringify(load(readFileSync(join(ROOT, SAMPLES, 'role-data-analyst.yaml'), 'utf8'))),
  });
  const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder });
  expect(stdout.trim()).toBe(RESULT.exec(example)?.[1]);
});
