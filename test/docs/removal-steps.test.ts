import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REMOVAL_STEPS } from '../../src/operator/removal/decide-removal.ts';
import { ROOT } from './doc-commands.ts';

test('docs/vault.md and docs/api.md name every step of a removal, in order', () => {
  const page = readFileSync(join(ROOT, 'docs/vault.md'), 'utf8');
  const table = page.slice(
    page.indexOf('### How it is taken away'),
    page.indexOf('## What the operator may do'),
  );
  const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(named).toEqual(REMOVAL_STEPS);
  const words = `${REMOVAL_STEPS.slice(0, -1).join(', ')} or ${REMOVAL_STEPS.at(-1)}`;
  expect(readFileSync(join(ROOT, 'docs/api.md'), 'utf8')).toContain(`Name of the step: ${words}.`);
});
