import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decideCall } from '../../../src/policy/tools/decide-call.ts';
import { buildCallPolicy } from '../../build/call-policy.ts';

// Section 67.1.3 compares the beginnings of paths. CVE-2025-53110 was the same fault in a file server.

const ALLOW = ['/data/reports', '/data/exports'];
const DENY = ['/data/reports/private'];

/** The idea of the chapter: an absolute path must begin with the text of an allowed one, and with that of no denied one. */
function beginsAllowed(path: string): boolean {
  const absolute = resolve(path);
  return !DENY.some((one) => absolute.startsWith(one)) && ALLOW.some((one) => absolute.startsWith(one));
}

const policy = buildCallPolicy({
  tools: [
    {
      name: 'read_file',
      executor: 'Agent',
      capabilities: ['file:read'],
      paths: [{ argument: '/path', allow: ALLOW, deny: DENY }],
      confirmation: { when: 'Never' },
    },
  ],
});
const isAllowed = (path: string) =>
  decideCall(policy, { tool: 'read_file', arguments: { path } }).decision.effect === 'Allow';

describe('a comparison of beginnings lets pass, and segments do not,', () => {
  test.for<[string, string]>([
    ['a neighbour whose name is longer', '/data/reports-of-others/salaries.csv'],
    ['a file beside the folder', '/data/reports.sqlite'],
    ['a backup of the folder', '/data/exports~/all.csv'],
    ['a path that climbs and comes back', '/etc/../data/reports/../exports/a.csv'],
    ['two slashes, which another program may read otherwise', '/data//reports/a.csv'],
    ['a NUL, at which C ends the text', '/data/reports/a.csv\0.png'],
    ['an escaped climb, which the next program decodes', '/data/reports/%2e%2e/secrets'],
  ])('%s', ([, path]) => {
    expect([beginsAllowed(path), isAllowed(path)]).toEqual([true, false]);
  });
});

test('a comparison of beginnings refuses what nothing denies, and segments do not', () => {
  const path = '/data/reports/private-sector.csv';
  expect([beginsAllowed(path), isAllowed(path)]).toEqual([false, true]);
});

test('both let an allowed path pass, and refuse a denied one', () => {
  for (const [path, expected] of [
    ['/data/reports/q3.csv', true],
    ['/data/reports/private/q3.csv', false],
    ['/etc/passwd', false],
  ] as const)
    expect([beginsAllowed(path), isAllowed(path)]).toEqual([expected, expected]);
});
