import { expect, test } from 'vitest';
import { rememberFew } from '../../src/lib/remember-few.ts';

function counted(): { read: (text: string) => string | null; asked: string[] } {
  const asked: string[] = [];
  const read = (text: string): string | null => {
    asked.push(text);
    return text === 'none' ? null : text.toUpperCase();
  };
  return { read: rememberFew(read, { most: 2, longest: 4 }), asked };
}

test('a text is read once, also where it means nothing', () => {
  const { read, asked } = counted();
  expect(['a', 'none', 'a', 'none'].map(read)).toEqual(['A', null, 'A', null]);
  expect(asked).toEqual(['a', 'none']);
});

test('a text that is too long is read every time', () => {
  const { read, asked } = counted();
  expect(['abcde', 'abcde'].map(read)).toEqual(['ABCDE', 'ABCDE']);
  expect(asked).toHaveLength(2);
});

test('no more are known than may be', () => {
  const { read, asked } = counted();
  for (const text of ['a', 'b', 'c', 'c', 'a']) expect(read(text)).toBe(text.toUpperCase());
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});
