import { expect, test } from 'vitest';
import { feedName, readFeedName } from '../../../src/policy/feed/feed-name.ts';

test.for([
  [{ kind: 'Tenant' }, 'cloister-feed-tenant'],
  [{ kind: 'Role', role: 'tenant' }, 'cloister-feed-role-tenant'],
  [{ kind: 'Sandbox', namespace: 'a-b', sandbox: 'c' }, 'cloister-feed-sandbox-a-b.c'],
  [{ kind: 'Sandbox', namespace: 'a', sandbox: 'b-c' }, 'cloister-feed-sandbox-a.b-c'],
] as const)('%j has a name of its own, which says what it is about', ([subject, name]) => {
  expect(feedName(subject)).toBe(name);
  expect(readFeedName(name)).toEqual(subject);
});

test.for(['cloister-gate', 'cloister-feed-', 'cloister-feed-sandbox-a', 'cloister-feed-sandbox-a.b.c'])(
  '%s is not of the feed',
  (name) => expect(readFeedName(name)).toBeNull(),
);

test('the longest names fit into one of an object', () => {
  const subject = { kind: 'Sandbox', namespace: 'n'.repeat(63), sandbox: 's'.repeat(52) } as const;
  expect(feedName(subject).length).toBeLessThanOrEqual(253);
});
