import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loadSqlParser } from '../../src/lib/sql-parser.ts';

const GOOD = 'WITH a AS (SELECT x FROM s.t WHERE y = 1) SELECT count(*) FROM a JOIN s.u USING (x)';
const TOO_DEEP = `SELECT ${'1+'.repeat(30_000)}1`;

test('a text that exhausts the stack changes nothing for those after it', async () => {
  const parser = await loadSqlParser();
  const expected = parser.parse(GOOD);
  for (let round = 0; round < 4; round += 1) {
    expect(parser.parse(TOO_DEEP)).toEqual({ problem: expect.stringContaining('nested too deeply') });
    expect(parser.parse(GOOD)).toEqual(expected);
    await setImmediate();
    await setImmediate();
  }
});

test('texts that exhaust both parsers at once are refused until another is loaded', async () => {
  const parser = await loadSqlParser();
  const problems = [TOO_DEEP, TOO_DEEP, GOOD].map((text) => parser.parse(text));
  expect(problems.every((parsed) => 'problem' in parsed)).toBe(true);
  await expect.poll(() => parser.parse(GOOD)).toHaveProperty('tree');
});

test('a text with a mistake is answered with the message of PostgreSQL', async () => {
  const parser = await loadSqlParser();
  expect(parser.parse('SELECT 1 FROM')).toEqual({ problem: 'syntax error at end of input' });
});
