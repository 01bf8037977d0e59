import { expect, test } from 'vitest';
import { describeDenial } from '../../src/policy/describe-decision.ts';
import { singleLine } from '../../src/lib/single-line.ts';

test.for([
  ['plain text, however written', 'Größe “a” → b', 'Größe “a” → b'],
  ['line feeds and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
  ['an escape sequence', '\u001B[31m', '\\u001b[31m'],
  ['a change of direction and separators', '\u202E\u2066\u2028\u2029', '\\u202e\\u2066\\u2028\\u2029'],
  ['DEL and what follows ASCII', '\u007F\u009B', '\\u007f\\u009b'],
] as const)('%s', ([, text, expected]) => {
  expect(singleLine(text)).toBe(expected);
});

test('the answer of the webhook has a line for the pod, one a violation and the last', () => {
  const forged = 'a\nb';
  const violation = { check: 'c', container: forged, field: 'f', found: forged, required: 'r', fix: 'x' };
  const violations = [violation, { ...violation, item: forged }];
  const denial = { effect: 'Deny', reason: 'ContractViolated', violations } as const;
  expect(describeDenial(forged, denial).split('\n')).toHaveLength(4);
});
