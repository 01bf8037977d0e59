import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRecord } from '../../../src/lib/is-record.ts';
import { judgedText, textOr } from '../../../src/policy/models/body-shape.ts';
import { findMisfit } from '../../../src/policy/models/find-misfit.ts';
import { isAllowed } from '../../../src/policy/tools/call-decision.ts';
import { decideModelRequest } from '../../../src/policy/models/decide-model-request.ts';
import type { Llm, ModelAPI } from '../../../src/policy/models/model-rules.ts';
import { type Body, decide, PATHS, refusalOf, rulesOf } from './decide.ts';
import { SAMPLES } from './samples.ts';

const APIS = Object.keys(PATHS) as ModelAPI[];

/** The paths to all objects of a body, itself included. */
function objectPaths(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, member]) =>
    objectPaths(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return Array.isArray(value) ? below : [path, ...below];
}

function withMember(
  body: unknown,
  path: readonly (string | number)[],
  [name, value]: [string, unknown],
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return { ...(body as Body), [name]: value };
  const copy: unknown = Array.isArray(body) ? [...(body as unknown[])] : { ...(body as Body) };
  const at = copy as Record<string | number, unknown>;
  at[step] = withMember(at[step], rest, [name, value]);
  return copy;
}

const sample = fc
  .constantFrom(...APIS)
  .chain((api) => fc.record({ api: fc.constant(api), path: fc.constantFrom(...objectPaths(SAMPLES[api])) }));

/** Members that vendors act upon, or that some vendor might. */
const DANGEROUS = fc.constantFrom(
  ...(
    'file_id file_url server_url url image_url container environment connector_id conversation ' +
    'previous_response_id prompt background store n best_of models plugins mcp_servers web_search_options ' +
    'skills network_policy headers authorization vector_store_ids Model tools'
  ).split(' '),
);

describe('every sample', () => {
  test.for(APIS)('of %s is allowed', (api) => {
    expect(refusalOf(rulesOf(api), SAMPLES[api])).toBeNull();
  });
});

test('a member that is not known is refused wherever it is', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1 }).map((text) => `x-${text}`),
    fc.constantFrom('toString', 'hasOwnProperty'),
  );
  fc.assert(
    fc.property(sample, name, fc.jsonValue(), ({ api, path }, member, value) => {
      const body = withMember(SAMPLES[api], path, [member, value]);
      expect(isAllowed(decideModelRequest(rulesOf(api), { path: PATHS[api], body }))).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

test('a member that a vendor acts upon brings no URL and no name of what is kept there', () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      'https://example.com/a',
      'file-1',
      ['https://example.com/a'],
      [{ type: 'web_search' }],
      { id: 'a' },
      { type: 'url', url: 'https://example.com/a' },
      { url: 'https://example.com/a' },
      2,
      true,
    ),
    fc.webUrl({ validSchemes: ['http', 'https', 'ftp', 'file', 'gs', 's3'] }),
  );
  fc.assert(
    fc.property(sample, DANGEROUS, value, ({ api, path }, member, given) => {
      const body = withMember(SAMPLES[api], path, [member, given]);
      const decided = decideModelRequest(rulesOf(api), { path: PATHS[api], body });
      // Several answers are the one of these that is allowed, within the limit.
      if (isAllowed(decided)) expect([api, path, member, given]).toEqual(['OpenAIChat', [], 'n', 2]);
    }),
    { numRuns: 500 },
  );
});

test('no spelling of a tool of the vendor passes', () => {
  const hosted = (
    'web_search web_search_preview file_search code_interpreter image_generation mcp ' +
    'shell web_search_20250305 web_fetch_20250910 code_execution_20250825 computer_use mcp_toolset'
  ).split(' ');
  const spelling = fc
    .tuple(fc.constantFrom(...hosted), fc.nat(), fc.constantFrom('', ' ', '\n', '\0', '\u200b', '_1'))
    .map(([type, cut, more]) => {
      const at = cut % (type.length + 1);
      return `${type.slice(0, at)}${more}${type.slice(at, at + 1).toUpperCase()}${type.slice(at + 1)}`;
    });
  fc.assert(
    fc.property(fc.constantFrom(...APIS), fc.oneof(spelling, fc.constantFrom(...hosted)), (api, type) => {
      const tools = [
        { type, name: 'a', server_label: 'a', server_url: 'https://example.com', container: 'a' },
      ];
      expect(isAllowed(decide(rulesOf(api), { ...SAMPLES[api], tools }))).toBe(false);
      expect(isAllowed(decide(rulesOf(api), { ...SAMPLES[api], tools: [{ type }] }))).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

test('whatever a request is, it is decided, and an allowed one holds to the rules', () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const member = fc.constantFrom(
    ...'messages input tools tool_choice max_tokens max_completion_tokens max_output_tokens n stream'.split(
      ' ',
    ),
  );
  const change = fc.tuple(member, fc.oneof(anything, fc.integer({ min: -2, max: 3000 }), fc.boolean()));
  const rules = fc.record({
    maxOutputTokens: fc.integer({ min: 1, max: 2000 }),
    models: fc.constantFrom<string[]>(['model-a'], ['model-b'], []),
    remoteURLs: fc.constantFrom<Llm['remoteURLs']>('Deny', 'Allow'),
    hostedTools: fc.constantFrom<string[]>([], ['web_search']),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...APIS),
      rules,
      fc.array(change, { maxLength: 3 }),
      (api, given, changes) => {
        const body = { ...SAMPLES[api], ...Object.fromEntries(changes) };
        const rule = rulesOf(api, given);
        const decided = decideModelRequest(rule, { path: PATHS[api], body });
        if (!isAllowed(decided)) return;
        const { request } = decided;
        const sent = request?.body as Body;
        expect(given.models).toContain(sent['model']);
        const limits = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'].flatMap(
          (name) => sent[name] ?? [],
        );
        expect(limits).toHaveLength(1);
        expect(Number(limits[0]) * Number(sent['n'] ?? 1)).toBeLessThanOrEqual(given.maxOutputTokens);
        expect(request?.reservedTokens).toBeGreaterThanOrEqual(Number(limits[0]) * Number(sent['n'] ?? 1));
        // What is sent is decided in the same way once more, and not changed again.
        expect(decideModelRequest(rule, { path: PATHS[api], body: sent }).request?.body).toEqual(sent);
      },
    ),
    { numRuns: 1000 },
  );
});

test('anything at all is decided without a fault', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...APIS),
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
      (api, body) => {
        expect(isAllowed(decideModelRequest(rulesOf(api), { path: PATHS[api], body }))).toBe(false);
        const named = isRecord(body) ? { ...body, model: 'model-a' } : body;
        expect(() => decideModelRequest(rulesOf(api), { path: PATHS[api], body: named })).not.toThrow();
      },
    ),
    { numRuns: 1000 },
  );
});

test('a large image is read in linear time', () => {
  const data = 'A'.repeat(8 * 1024 * 1024);
  const image = (url: string) => ({
    model: 'model-a',
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  });
  const rules = rulesOf('OpenAIChat');
  const whole = decideModelRequest(rules, {
    path: PATHS.OpenAIChat,
    body: image(`data:image/png;base64,${data}`),
  });
  expect(whole.request?.inputTokens).toBeLessThan(200_000);
  const broken = image(`data:image/png;base64,${data}!`);
  expect(isAllowed(decideModelRequest(rules, { path: PATHS.OpenAIChat, body: broken }))).toBe(false);
});

test('a list is read up to the first item that does not fit', () => {
  let read = 0;
  const item = judgedText(() => {
    read += 1;
    return read === 3 ? { reason: 'RemoteURLNotAllowed', required: 'must be another' } : null;
  });
  const misfit = findMisfit(textOr(item), Array(1000).fill('a'), ['stop']);
  expect(misfit).toMatchObject({
    reason: 'RemoteURLNotAllowed',
    finding: { field: 'body.stop[2]', required: 'must be another' },
  });
  expect(read).toBe(3);
});
