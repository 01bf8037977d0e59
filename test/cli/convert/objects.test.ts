import { describe, expect, test } from 'vitest';
import { type AgentRole, agentRole } from '../../../src/api/agent-role.ts';
import { type TenantIsolation, tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { decideConnect } from '../../../src/policy/egress/decide-connect.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { decideCall } from '../../../src/policy/tools/decide-call.ts';
import { decideFetchCall } from '../../../src/policy/tools/decide-fetch-call.ts';
import { changedObject } from '../../build/changed-object.ts';
import { COMPOSE_FILE, CONFIGURATION_FILE, convertTo, readOne, SAMPLE_FLAGS } from './chapter-files.ts';

const CHAPTER = readOne(CONFIGURATION_FILE);
const parser = await loadSqlParser();

function rolesOf(changes: Readonly<Record<string, unknown>> = {}): ReadonlyMap<string, AgentRole> {
  const { objects } = convertTo(changedObject(CHAPTER, changes), {
    compose: readOne(COMPOSE_FILE),
    flags: SAMPLE_FLAGS,
  });
  const roles = objects.filter(({ kind }) => kind === 'AgentRole').map((one) => agentRole.schema.parse(one));
  return new Map(roles.map((role) => [role.metadata.name, role]));
}

function policyOf(name: string, changes: Readonly<Record<string, unknown>> = {}) {
  const role = rolesOf(changes).get(name);
  if (role === undefined) throw new Error(`no role ${name}`);
  return compileCallPolicy(role.spec, name, parser);
}

const ROLES = '/security/permission_model/roles';
const DOMAINS = '/security/network/allowed_domains';

describe('a call of a role of the chapter', () => {
  test.for<[string, string, string, object, string]>([
    ['a report is read', 'data-analyst', 'read_file', { path: '/data/reports/q3.csv' }, 'Allow'],
    [
      'a neighbour of the reports is not',
      'data-analyst',
      'read_file',
      { path: '/data/reports-evil' },
      'PathNotAllowed',
    ],
    [
      'a path that climbs out is not',
      'data-analyst',
      'read_file',
      { path: '/data/reports/../secrets' },
      'PathNotCanonical',
    ],
    [
      'a query runs',
      'data-analyst',
      'execute_sql',
      { query: 'SELECT 1 FROM public.agent_conversations' },
      'Allow',
    ],
    [
      'a change does not',
      'data-analyst',
      'execute_sql',
      { query: 'DELETE FROM public.agent_conversations' },
      'StatementNotAllowed',
    ],
    [
      'a table of another does not',
      'data-analyst',
      'execute_sql',
      { query: 'SELECT 1 FROM public.salaries' },
      'StatementNotAllowed',
    ],
    ['a shell is for another role', 'data-analyst', 'execute_bash', { command: 'id' }, 'ToolNotAllowed'],
    [
      'a command is confirmed',
      'devops',
      'execute_bash',
      { command: 'systemctl status' },
      'ConfirmationRequired',
    ],
    ['a log is confirmed', 'devops', 'read_file', { path: '/var/log/syslog' }, 'ConfirmationRequired'],
    [
      'a script is confirmed',
      'devops',
      'write_file',
      { path: '/opt/scripts/a.sh', content: 'x' },
      'ConfirmationRequired',
    ],
    [
      'a script beside the folder is refused',
      'devops',
      'write_file',
      { path: '/opt/scripts2/a', content: 'x' },
      'PathNotAllowed',
    ],
    ['the default role reads what was mounted', 'read-only', 'read_file', { path: '/data/kb/a.md' }, 'Allow'],
    [
      'the default role reads nothing else',
      'read-only',
      'read_file',
      { path: '/data/reports/a' },
      'PathNotAllowed',
    ],
    [
      'the default role writes nothing',
      'read-only',
      'write_file',
      { path: '/data/kb/a.md' },
      'ToolNotAllowed',
    ],
  ])('%s', ([, role, tool, args, expected]) => {
    const { decision } = decideCall(policyOf(role), { tool, arguments: args });
    expect(decision.effect === 'Allow' ? 'Allow' : decision.reason).toBe(expected);
  });

  test.for<[string, string, 'Allow' | 'Deny']>([
    ['google.com', 'https://google.com/search', 'Allow'],
    ['a name below it', 'https://scholar.google.com/', 'Allow'],
    ['a name that ends as it does', 'https://evilgoogle.com/', 'Deny'],
    ['a host with rules of its own', 'https://api.openai.com/v1/files', 'Deny'],
  ])('a request to %s', ([, url, effect]) => {
    expect(
      decideFetchCall(policyOf('data-analyst'), { tool: 'web_search', arguments: { url } }).decision.effect,
    ).toBe(effect);
  });

  test.for<[string, string, string, 'Allow' | 'Deny']>([
    ['the interface of the vendor', 'devops', 'api.hermes.nousresearch.com:443', 'Allow'],
    ['a name below it', 'devops', 'eu.api.hermes.nousresearch.com:443', 'Allow'],
    ['a page', 'devops', 'google.com:443', 'Deny'],
    ['a host with rules of its own', 'devops', 'api.openai.com:443', 'Deny'],
    ['anything of the default role', 'read-only', 'api.hermes.nousresearch.com:443', 'Deny'],
  ])('a connection to %s', ([, role, authority, effect]) => {
    expect(decideConnect(policyOf(role), authority).decision.effect).toBe(effect);
  });
});

describe('the roles', () => {
  test('deny what the chapter denies to every tool, where an allowed path holds it', () => {
    const [tool] =
      rolesOf({ [`${ROLES}/data_analyst/file_paths`]: ['/', '/data'] }).get('data-analyst')?.spec.tools ?? [];
    expect(tool?.paths[0]?.deny).toEqual(['/etc', '/proc', '/root', '/sys']);
  });

  test('leave names below a host out where a vendor is among them', () => {
    const policy = policyOf('data-analyst', { [`${DOMAINS}/2`]: 'openai.com' });
    const effectOf = (url: string) =>
      decideFetchCall(policy, { tool: 'web_search', arguments: { url } }).decision.effect;
    expect([effectOf('https://openai.com/'), effectOf('https://api.openai.com/')]).toEqual(['Allow', 'Deny']);
  });

  test('ask of models what both vendors allow', () => {
    const role = rolesOf({ [`${DOMAINS}/2`]: 'api.anthropic.com' }).get('devops');
    expect(role?.spec.upstreams.map(({ name, llm }) => [name, llm?.api])).toEqual([
      ['openai', 'OpenAIChat'],
      ['anthropic', 'AnthropicMessages'],
      ['tool-server', undefined],
    ]);
  });

  test('have the lower of the limits of both files', () => {
    const limits = rolesOf({
      '/security/sandbox/memory_limit': '512Mi',
      '/security/sandbox/cpu_limit': '4',
    }).get('devops')?.spec.sandbox.limits;
    expect(limits).toMatchObject({ memory: '512Mi', cpu: '1' });
  });
});

describe('the tenant', () => {
  const tenantOf = (changes: Readonly<Record<string, unknown>>): TenantIsolation => {
    const { objects } = convertTo(changedObject(CHAPTER, changes), { flags: SAMPLE_FLAGS });
    return tenantIsolation.schema.parse(objects.find(({ kind }) => kind === 'TenantIsolation'));
  };

  test('binds every credential of its roles', () => {
    const names = [...rolesOf().values()].flatMap(({ spec }) => spec.credentials.map(({ name }) => name));
    const bound = tenantOf({}).spec.credentials.map(({ name }) => name);
    expect(names.filter((name) => !bound.includes(name))).toEqual([]);
  });

  test.for([
    [
      'row_level_security',
      'RowLevel',
      { tenantColumn: 'tenant_id', tenantValue: 'acme', tables: ['public.agent_conversations'] },
    ],
    ['schema_isolation', 'Schema', { schema: 'tenant_acme', tables: [] }],
    ['separate_db_instances', 'Dedicated', { tables: [] }],
    ['separate_deployments', 'Dedicated', { tables: [] }],
  ] as const)('keeps data apart by %s', ([strategy, expected, part]) => {
    const { database } = tenantOf({ '/security/data_isolation/strategy': strategy }).spec;
    const { connection: _, trustedLogins: _none, ...rest } = database ?? {};
    expect(rest).toEqual({ strategy: expected, ...part });
  });

  test('has no data where the configuration keeps none apart', () => {
    const { spec } = tenantOf({ '/security/data_isolation': undefined });
    expect([spec.database, spec.vectorStore, spec.fileStorage]).toEqual([undefined, undefined, undefined]);
  });
});
