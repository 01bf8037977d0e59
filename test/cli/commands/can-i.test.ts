import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { minimalAgentRole } from '../../build/agent-role.ts';
import { runCommand, SAMPLES, writeFiles } from '../run-command.ts';

const ROLE = ['-f', `${SAMPLES}/role-data-analyst.yaml`, '--role', 'data-analyst'];
const ask = (...parameters: readonly string[]) => runCommand(['can-i', ...ROLE, ...parameters]);
const call = (tool: string, args: unknown) => ['--tool', tool, '--arguments', JSON.stringify(args)];

describe('cloister can-i', () => {
  test.for<[string, readonly string[], string, string]>([
    ['a path', call('read_file', { path: '/data/reports/a' }), 'spec.tools["read_file"]', 'Pod'],
    [
      'a connection',
      ['--connect', 'api.hermes.nousresearch.com:443'],
      'spec.network.allow["api.hermes.nousresearch.com"]',
      'Gateway',
    ],
    [
      'a request',
      ['--fetch', 'https://www.bing.com/'],
      'spec.tools["web_search"].domains[0].allow',
      'Gateway',
    ],
    [
      'a request of a tool',
      ['--tool', 'web_search', '--fetch', 'https://bing.com/'],
      'spec.tools["web_search"].domains[0].allow',
      'Gateway',
    ],
  ])('allows %s, with its rule and level', async ([, parameters, rule, level]) => {
    const { code, out } = await ask(...parameters, '-o', 'json');
    expect(code).toBe(0);
    const nothing = { reason: null, message: null, note: null, violations: [] };
    expect(JSON.parse(out)).toEqual({ decision: 'Allow', rule, level, ...nothing });
  });

  test.for<[string, readonly string[], string, string | null]>([
    [
      'a sibling of an allowed path',
      call('read_file', { path: '/data/reports-evil' }),
      'PathNotAllowed',
      'spec.tools["read_file"].paths[0].allow',
    ],
    ['a tool that the role does not list', call('bash', {}), 'ToolNotAllowed', 'spec.tools'],
    [
      'a tool without its arguments',
      ['--tool', 'read_file'],
      'ArgumentMissing',
      'spec.tools["read_file"].paths[0].argument',
    ],
    [
      'a hidden deletion',
      call('execute_sql', { query: 'WITH x AS (DELETE FROM analytics.a RETURNING 1) SELECT 1 FROM x' }),
      'StatementNotAllowed',
      'spec.tools["execute_sql"].sql.operations',
    ],
    ['a host', ['--connect', 'evil.example:443'], 'HostNotAllowed', 'spec.network.allow'],
    ['an address', ['--connect', '169.254.169.254:443'], 'HostNotCanonical', null],
    [
      'a method',
      ['--fetch', 'https://www.bing.com/', '--method', 'POST'],
      'MethodNotAllowed',
      'spec.tools["web_search"].capabilities',
    ],
  ])('denies %s, with the rule that would have to change', async ([, parameters, reason, rule]) => {
    const { code, out } = await ask(...parameters, '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      decision: 'Deny',
      reason,
      rule,
      message: expect.stringMatching(/\.$/),
    });
  });

  describe('decides a request as the gateway does', () => {
    const tool = {
      name: 'get',
      executor: 'Fetch',
      capabilities: ['net:http:get'],
      domains: [{ argument: '/to/url', allow: ['example.org'], deny: [] }],
      confirmation: { when: 'Never' },
    };
    const schema = {
      type: 'object',
      properties: {
        to: { type: 'object', properties: { depth: { type: 'integer' } } },
        why: { type: 'string' },
      },
      required: ['why'],
    };
    const approvers = [{ group: 'sre' }];
    const fetch = ['--fetch', 'https://example.org/'];
    const decideAs = async (written: object, parameters: readonly string[]) => {
      const role = {
        ...minimalAgentRole,
        spec: { ...minimalAgentRole.spec, tools: [{ ...tool, ...written }] },
      };
      const folder = writeFiles({ 'role.json': JSON.stringify(role) });
      const name = minimalAgentRole.metadata.name;
      const { out } = await runCommand(['can-i', '-f', folder, '--role', name, ...parameters, '-o', 'json']);
      return JSON.parse(out) as object;
    };

    test.for<[string, object, readonly string[], object]>([
      [
        'asks a person',
        { confirmation: { when: 'Always', approvers } },
        [],
        { reason: 'ConfirmationRequired' },
      ],
      ['needs the required arguments', { arguments: schema }, [], { reason: 'ArgumentsInvalid' }],
      [
        'takes the other arguments from --arguments',
        { arguments: schema },
        ['--arguments', '{"why": "to know", "to": {"depth": 1}}'],
        { reason: null },
      ],
      [
        'refuses an argument that nothing covers',
        {},
        ['--arguments', '{"other": 1}'],
        { reason: 'ArgumentNotCovered' },
      ],
      [
        'never uses POST for a tool that may use GET',
        { capabilities: ['net:http:get', 'net:http:post'] },
        ['--method', 'POST'],
        { reason: 'MethodNotAllowed', rule: 'spec.tools["get"].capabilities' },
      ],
      ['uses POST where nothing else is left', { capabilities: ['net:http:post'] }, [], { reason: null }],
    ])('%s', async ([, written, parameters, answer]) => {
      expect(await decideAs(written, ['--tool', 'get', ...fetch, ...parameters])).toMatchObject(answer);
    });
  });

  test('says in words what is wrong', async () => {
    const { out } = await ask(...call('read_file', { path: '/data/reports-evil' }));
    expect(out).toBe(
      [
        'denied',
        '  rule   spec.tools["read_file"].paths[0].allow',
        '  level  Pod',
        '  reason PathNotAllowed: The tool may not name this path, or the upstream may not be asked for it.',
        '  - AgentRole: arguments/path is "/data/reports-evil"; must be at or under a path that the rule allows. Name another path, or have the role allow this one.',
        '',
      ].join('\n'),
    );
  });

  test.for<[string, readonly string[], RegExp]>([
    ['nothing is asked', [...ROLE], /nothing is asked/],
    [
      'two things are asked',
      [...ROLE, '--connect', 'a.example:443', '--fetch', 'https://a.example/'],
      /only one of/,
    ],
    [
      'a connection is asked of a tool',
      [...ROLE, '--connect', 'a.example:443', '--tool', 'a'],
      /has no tool/,
    ],
    [
      'a connection has a method',
      [...ROLE, '--connect', 'a.example:443', '--method', 'POST'],
      /only --fetch has a method; remove --method/,
    ],
    ['the arguments are of no tool', [...ROLE, '--arguments', '{}'], /are those of a tool; give --tool/],
    [
      'the arguments are no object',
      [...ROLE, '--tool', 'read_file', '--arguments', 'null'],
      /--arguments is null; it must be a JSON object/,
    ],
    ['the arguments are not JSON', [...ROLE, '--tool', 'read_file', '--arguments', '{'], /cannot be read/],
    [
      'a key appears twice in the arguments',
      [...ROLE, '--tool', 'a', '--arguments', '{"a":1,"a":2}'],
      /appears twice/,
    ],
    [
      'the role is not in the input',
      ['-f', ROLE[1]!, '--role', 'other', '--tool', 'a'],
      /no valid AgentRole "other"/,
    ],
    ['no role is named', ['-f', ROLE[1]!, '--tool', 'a'], /--role/],
    ['a file does not exist', ['-f', '/nonexistent.yaml', '--role', 'a', '--tool', 'a'], /cannot be used/],
  ])('ends with 2 where %s', async ([, parameters, message]) => {
    const { code, error } = await runCommand(['can-i', ...parameters]);
    expect(code).toBe(2);
    expect(error).toMatch(message);
  });

  test.for([
    ['https://www.bing.com:443', 'Remove "https://".'],
    ['HTTP://www.bing.com', 'Remove "HTTP://".'],
  ] as const)('says how %s becomes a host and a port', async ([authority, fix]) => {
    const { out } = await ask('--connect', authority);
    expect(out).toContain(`must be a host, a colon and a port. ${fix}`);
  });

  test('says of a tool that this release does not carry that it does not', async () => {
    const tool = {
      name: 'deploy',
      executor: 'MCP',
      capabilities: ['ext:deployer'],
      mcp: { upstream: 'deployer', tool: 'deploy' },
      confirmation: { when: 'Never' },
    };
    const upstream = {
      name: 'deployer',
      protocol: 'MCP',
      baseURL: 'https://mcp.example.com/mcp',
      mcp: { tools: 'Listed', pins: [] },
    };
    const spec = { ...minimalAgentRole.spec, tools: [tool], upstreams: [upstream] };
    const folder = writeFiles({ 'role.yaml': JSON.stringify({ ...minimalAgentRole, spec }) });
    const role = ['-f', `${folder}/role.yaml`, '--role', minimalAgentRole.metadata.name];
    const parameters = ['can-i', ...role, ...call('deploy', {})];
    const { code, out } = await runCommand(parameters);
    expect(code).toBe(0);
    expect(out).toMatch(/^allowed\n[^]*  note   this release does not carry executor MCP: /);
    const { out: json } = await runCommand([...parameters, '-o', 'json']);
    expect(JSON.parse(json)).toMatchObject({ note: expect.stringContaining('executor MCP') });
  });

  test('says why a role cannot be used', async () => {
    const folder = writeFiles({
      'role.yaml': readFileSync(ROLE[1]!, 'utf8').replace('repository:', 'repositry:'),
    });
    const { code, error } = await runCommand([
      'can-i',
      '-f',
      folder,
      '--role',
      'data-analyst',
      '--tool',
      'a',
    ]);
    expect(code).toBe(2);
    expect(error).toMatch(/no valid AgentRole "data-analyst"; .*did you mean "repository"\?/);
  });

  test('ends with 2 where another document cannot be read, whatever the role allows', async () => {
    const folder = writeFiles({ 'broken.yaml': 'a: b: c\n' });
    const { code } = await ask('-f', folder, '--connect', 'api.hermes.nousresearch.com:443');
    expect(code).toBe(2);
  });
});
