import { expect, test } from 'vitest';
import type { ToldResult } from './step.ts';
import { createTable } from './table.ts';

const refused: ToldResult = {
  step: 'a pod that runs as root',
  expected: 'Refused by Decide',
  got: 'Refused',
  by: 'Decide',
  ok: true,
  ms: 12.34,
  message: 'The pod is refused:\n  - users: it runs as root',
};

function printed(result: ToldResult, colour = false): readonly string[] {
  let text = '';
  createTable((part) => (text += part), colour).row(result);
  return text.split('\n').slice(0, -1);
}

test.for([
  [
    'a step that went as expected has its outcome, and the reasons of a refusal',
    refused,
    [/^ok {3}a pod that runs as root +refused by Decide +12\.3 ms$/, /^ {5}- users: it runs as root$/],
  ],
  [
    'a step that did not has what was expected, and all that was said',
    { ...refused, ok: false, got: 'Admitted', by: null, message: 'created' },
    [
      /^FAIL a pod that runs as root +admitted +12\.3 ms$/,
      /^ {5}expected: Refused by Decide$/,
      /^ {5}created$/,
    ],
  ],
  [
    'the name of a reason is kept',
    { ...refused, got: 'RateReached', by: 'Gateway', message: '' },
    [/^ok {3}a pod that runs as root +RateReached by Gateway +12\.3 ms$/],
  ],
] as const)('%s', ([, result, lines]) => {
  expect(printed(result)).toEqual(lines.map((line) => expect.stringMatching(line) as string));
});

test('colours are for a terminal alone', () => {
  expect(printed(refused).join('')).not.toContain('\u001B');
  expect(printed(refused, true).join('')).toContain('\u001B[32mok');
});
