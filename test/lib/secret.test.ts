import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { Secret } from '../../src/lib/secret.ts';

const secret = new Secret('hunter2');

describe('a secret', () => {
  test('is revealed on request', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  test.for([
    ['a string', String(secret)],
    ['a list as text', [secret].join('')],
    ['JSON', JSON.parse(JSON.stringify({ secret })).secret],
    ['inspect', inspect(secret)],
    ['inspect with hidden fields', inspect(secret, { showHidden: true, depth: null })],
    ['format', format('%s', secret)],
    ['format as an object', format('%o', secret)],
  ])('is redacted in %s', ([, text]) => {
    expect(text).toBe('[redacted]');
  });

  test.for([
    ['an error', inspect(new Error('failed', { cause: { secret } }))],
    ['a list', inspect([secret])],
    ['a copy', inspect(Object.assign({}, secret))],
    ['a structured clone', inspect(structuredClone(secret))],
  ])('does not appear in %s', ([, text]) => {
    expect(text).not.toContain('hunter2');
  });

  test('does not appear in the log, under a name that the log does not redact', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    createLog({ program: 'webhook', level: 'info', destination }).info(
      { key: secret, deep: [[secret]] },
      'event',
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"key":"[redacted]"');
    expect(lines[0]).not.toContain('hunter2');
  });
});
