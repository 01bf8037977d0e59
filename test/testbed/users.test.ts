import { expect, test } from 'vitest';
import { drawTokens, tokenFile, users } from './users.ts';

test('every user has a token of its own in the file of the API server', () => {
  const tokens = drawTokens();
  expect(new Set(Object.values(tokens)).size).toBe(users.length);
  expect(tokenFile(tokens).split('\n')).toContain(
    `${tokens['operator']},system:serviceaccount:cloister-system:cloister-operator,testbed-operator,` +
      '"system:serviceaccounts,system:serviceaccounts:cloister-system"',
  );
});
