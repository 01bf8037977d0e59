import { expect, test } from 'vitest';
import { askFetch } from '../../../src/cli/can-i/ask-fetch.ts';
import { buildCallPolicy, TOOLS } from '../../build/call-policy.ts';

const { webSearch, readFile } = TOOLS;
const toolFor = (name: string, host: string, written: object = {}) => ({
  ...webSearch,
  name,
  domains: [{ argument: '/url', allow: [host], deny: [] }],
  ...written,
});
const confirmation = { when: 'Always', approvers: [{ group: 'sre' }] };
const capabilities = ['net:http:post'];
const ask = (tools: readonly object[], method?: string) =>
  askFetch(buildCallPolicy({ tools }), undefined, { url: 'https://b.example/', method, arguments: {} });

test.for<[string, readonly object[], string | null, string]>([
  [
    'the one that allows',
    [toolFor('a', 'b.example', { confirmation }), toolFor('b', 'b.example')],
    null,
    'b',
  ],
  ['the one that asks', [toolFor('a', 'a.example'), toolFor('b', 'b.example', { confirmation })], null, 'b'],
  [
    'the one that reaches the host',
    [toolFor('a', 'a.example'), toolFor('b', 'b.example', { capabilities })],
    'GET',
    'b',
  ],
])('without a tool, %s decides', ([, tools, method, name]) => {
  expect(ask(tools, method ?? undefined).rule).toContain(`spec.tools["${name}"]`);
});

test('without a tool, a denial says what is wrong with each', () => {
  const { decision } = ask([toolFor('a', 'a.example'), toolFor('b', 'b.example', { capabilities })], 'GET');
  expect(decision).toMatchObject({
    reason: 'MethodNotAllowed',
    violations: [
      { item: 'tool "a"', field: 'arguments/url' },
      { item: 'tool "b"', field: 'method' },
    ],
  });
});

test('without a tool and without one that fetches, the role is what would have to change', () => {
  expect(ask([readFile])).toMatchObject({
    rule: 'spec.tools',
    decision: {
      reason: 'ToolNotAllowed',
      violations: [{ required: 'must be a tool with executor Fetch, and the role "analyst" has none' }],
    },
  });
});
