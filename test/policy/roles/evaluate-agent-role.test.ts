import { describe, expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { evaluateAgentRole } from '../../../src/policy/roles/evaluate-agent-role.ts';
import { deployer, fullAgentRole, openai, role } from '../../api/bad-objects/role-objects.ts';

const evaluate = (object: Readonly<Record<string, unknown>>) =>
  evaluateAgentRole(agentRole.schema.parse(object)).map(
    ({ field, found, required }) => `${field} is ${found}; it ${required}`,
  );

test('a role that uses everything is accepted', () => {
  expect(evaluate(fullAgentRole)).toEqual([]);
});

describe('a host that an upstream has is not reachable in another way', () => {
  const mustNotMatch = 'must not match api.openai.com, the host of upstream "openai"';

  test.for([
    ['*.openai.com', true],
    ['*.api.openai.com', false],
    ['*.com.example', false],
    ['*.i.openai.com', false],
    ['*.penai.com', false],
    ['openai.com', false],
    ['api.openai.com.example', false],
    ['api.openai.com', true],
  ] as const)('network.allow of %s is refused: %s', ([host, isRefused]) => {
    expect(evaluate(role({ '/spec/network/allow': [{ host: 'github.com' }, { host }] }))).toEqual(
      isRefused ? [`spec.network.allow[1].host is "${host}"; it ${mustNotMatch}`] : [],
    );
  });

  test.for([
    ['*.openai.com', true],
    ['*.api.openai.com', false],
  ] as const)(
    'a domain of %s is refused: %s, in whichever rule of whichever tool it is',
    ([host, isRefused]) => {
      const domains = [
        { argument: '/a', allow: ['example.com'], deny: [] },
        { argument: '/b', allow: ['example.com', host], deny: [] },
      ];
      expect(evaluate(role({ '/spec/tools/3/domains': domains }))).toEqual(
        isRefused ? [`spec.tools[3].domains[1].allow[1] is "${host}"; it ${mustNotMatch}`] : [],
      );
    },
  );

  test('a domain that is denied is not reachable', () => {
    const domains = [{ argument: '/a', allow: ['example.com'], deny: ['*.openai.com'] }];
    expect(evaluate(role({ '/spec/tools/1/domains': domains }))).toEqual([]);
  });

  test('a redirect is not followed to a host of an upstream, its own and others', () => {
    const followRedirectsTo = ['files.example.com', 'api.openai.com', 'mcp.tools.svc'];
    expect(evaluate(role({ '/spec/upstreams/0/followRedirectsTo': followRedirectsTo }))).toEqual([
      `spec.upstreams[0].followRedirectsTo[1] is "api.openai.com"; it ${mustNotMatch}`,
      'spec.upstreams[0].followRedirectsTo[2] is "mcp.tools.svc"; it must not match mcp.tools.svc, the host of upstream "deployer"',
    ]);
  });

  test.for(['https://mcp.tools.svc', 'https://mcp.tools.svc:8443', 'https://mcp.tools.svc:8443/a/b'])(
    'the host of %s is found',
    (baseURL) => {
      const changes = {
        '/spec/upstreams': [openai, { ...deployer, baseURL }],
        '/spec/network/allow': [{ host: '*.tools.svc' }],
      };
      expect(evaluate(role(changes))).toEqual([
        expect.stringContaining('must not match mcp.tools.svc, the host of upstream "deployer"'),
      ]);
    },
  );
});

describe('the JSON Schema of the arguments of a tool', () => {
  const evaluateArguments = (schema: unknown) =>
    evaluate(role({ '/spec/tools/1/arguments': { type: 'object' }, '/spec/tools/3/arguments': schema }));

  const ofBytes = (bytes: number, filling: string) => {
    const empty = JSON.stringify({ type: 'object', description: '' }).length;
    return {
      type: 'object',
      description: filling.repeat((bytes - empty) / new TextEncoder().encode(filling).length),
    };
  };

  const nested = (depth: number): object =>
    depth === 0 ? { type: 'string' } : { type: 'object', properties: { a: nested(depth - 1) } };

  test('has at most 32 KiB, counted in bytes', () => {
    expect(evaluateArguments(ofBytes(32_768, 'a'))).toEqual([]);
    expect(evaluateArguments(ofBytes(32_769, 'a'))).toEqual([
      'spec.tools[3].arguments is 32769 bytes of JSON; it must be at most 32768 bytes',
    ]);
    expect(evaluateArguments(ofBytes(40_001, 'é'))).toHaveLength(1);
  });

  test.for(['$ref', '$dynamicRef', '$recursiveRef'])('has no %s, at any depth', (name) => {
    const schema = { type: 'object', properties: { a: { allOf: [{ type: 'string' }, { [name]: '#/x' }] } } };
    expect(evaluateArguments(schema)).toEqual([
      `spec.tools[3].arguments is ${name}: "#/x"; it must be a schema without references`,
    ]);
  });

  test('is nested at most 32 deep', () => {
    expect(evaluateArguments(nested(16))).toEqual([]);
    expect(evaluateArguments(nested(17))).toEqual([
      'spec.tools[3].arguments is nesting deeper than 32; it must be a schema without references',
    ]);
  });

  test.for([
    { type: 'text' },
    { type: 'object', propertys: {} },
    { type: 'object', properties: { a: { pattern: '(' } } },
    { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' },
  ])('compiles: %j does not', (schema) => {
    expect(evaluateArguments(schema)).toEqual([
      expect.stringContaining('it must be a JSON Schema of draft 2020-12'),
    ]);
  });

  test.for([
    { type: 'object', properties: { a: { type: ['string', 'null'] } } },
    { type: 'object', properties: { a: { type: 'string', format: 'date-time' } } },
  ])('compiles: %j does', (schema) => {
    expect(evaluateArguments(schema)).toEqual([]);
  });

  test('may have an `$id` that another tool has too', () => {
    const schema = { $id: 'https://example.com/a', type: 'object' };
    const changes = { '/spec/tools/1/arguments': schema, '/spec/tools/3/arguments': schema };
    expect(evaluate(role(changes))).toEqual([]);
  });
});
