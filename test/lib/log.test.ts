import { describe, expect, test } from 'vitest';
import { createLog, type LogLevel } from '../../src/lib/log.ts';

function collect(level: LogLevel = 'info') {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    program: 'webhook',
    level,
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  return { log, lines };
}

describe('the log', () => {
  test('writes one JSON line an event, with level and time in words', () => {
    const { log, lines } = collect();
    log.info({ uid: 'u' }, 'review denied');
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', program: 'webhook', uid: 'u', msg: 'review denied' }),
    ]);
    expect(lines[0]!['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('obeys its level', () => {
    const { log, lines } = collect('error');
    log.warn({}, 'not written');
    expect(lines).toEqual([]);
  });

  test.for([
    'env',
    'args',
    'arguments',
    'password',
    'token',
    'secret',
    'privateKey',
    'object',
    'authorization',
  ])('never writes %s, at the top or one below', (field) => {
    const { log, lines } = collect();
    log.info({ [field]: 'hunter2', inner: { [field]: ['hunter2'] } }, 'event');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test('line breaks in a value do not begin a line', () => {
    const { log, lines } = collect();
    log.info({ name: 'a\n{"level":"fatal"}' }, 'event');
    expect(lines).toHaveLength(1);
  });
});
