import { describe, expect, test } from 'vitest';
import { upstream } from '../../../src/api/agent-role/upstream.ts';
import { MINTING_VENDORS } from '../../../src/policy/roles/minting-endpoints.ts';
import { mintingWarnings } from '../../../src/policy/roles/minting-warnings.ts';
import { buildAgentRole } from '../../build/agent-role.ts';

interface Change {
  readonly baseURL?: string;
  readonly environment?: string;
  readonly methods?: readonly string[];
  readonly credential?: string | undefined;
  readonly llm?: object;
}

function warningsFor(paths: readonly string[], change: Change = {}): readonly string[] {
  const role = buildAgentRole(({ spec }) => {
    spec.credentials = [
      { name: 'key', attach: { type: 'Bearer' } },
      { name: 's3', attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 's3' } },
      { name: 'sts', attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 'sts' } },
    ];
    const given = {
      baseURL: 'https://api.github.com',
      methods: ['GET', 'POST'],
      credential: 'key',
      ...change,
    };
    spec.upstreams = [upstream.parse({ name: 'vendor', protocol: 'HTTP', paths, ...given })];
  });
  return mintingWarnings(role);
}

const OPENAI = { baseURL: 'https://api.openai.com' };

describe('a path is warned about', () => {
  test.for<readonly [string, Change, string]>([
    ['/v1/organization/admin_api_keys', OPENAI, '/v1/organization/admin_api_keys of OpenAI'],
    [
      '/organization/admin_api_keys',
      { baseURL: 'https://api.openai.com/v1' },
      '/v1/organization/admin_api_keys of OpenAI',
    ],
    ['/v1/organization/*', OPENAI, '/v1/organization/admin_api_keys of OpenAI'],
    ['/v1/*', OPENAI, '/v1/organization/admin_api_keys of OpenAI'],
    ['/*', OPENAI, '/v1/organization/admin_api_keys of OpenAI'],
    [
      '/v1/organization/projects/p1/service_accounts',
      OPENAI,
      '/v1/organization/projects/{id}/service_accounts of OpenAI',
    ],
    ['/v1/realtime/*', OPENAI, '/v1/realtime/client_secrets of OpenAI'],
    ['/v1/oauth/token', { baseURL: 'https://api.anthropic.com' }, '/v1/oauth/token of Anthropic'],
    ['/app/installations/42/access_tokens', {}, '/app/installations/{id}/access_tokens of GitHub'],
    ['/app/installations/*', {}, '/app/installations/{id}/access_tokens of GitHub'],
    ['/repos/acme/site/*', {}, '/repos/{id}/{id}/actions/runners/registration-token of GitHub'],
    ['/repos/acme/site/keys', {}, '/repos/{id}/{id}/keys of GitHub'],
    [
      '/user/keys',
      { baseURL: 'https://git.acme.example/api/v3', environment: 'GitHub' },
      '/user/keys of GitHub',
    ],
    [
      '/api/v4/projects/7/access_tokens',
      { baseURL: 'https://gitlab.com' },
      '"/api/v4/projects/7/access_tokens"',
    ],
    ['/oauth/token', { baseURL: 'https://id.acme.example/login' }, '"/login/oauth/token"'],
    ['/OAuth2/Token', { baseURL: 'https://id.acme.example' }, '"/OAuth2/Token"'],
  ])('%s', ([path, change, endpoint]) => {
    expect(warningsFor(['/harmless', path], change)).toEqual([
      `spec.upstreams[0].paths[1] is "${path}": an agent can have a credential made at ${endpoint}, and would hold it. List only paths that it needs`,
    ]);
  });
});

describe('nothing is warned about', () => {
  test.for<readonly [string, string, Change]>([
    ['a path for models', '/v1/chat/completions', OPENAI],
    ['a path beside the endpoint', '/v1/organization', OPENAI],
    ['a path below the endpoint', '/v1/organization/admin_api_keys/key', OPENAI],
    ['a path of another vendor', '/app/installations/42/access_tokens', OPENAI],
    ['another part of a repository', '/repos/acme/site/issues/*', {}],
    ['a path that only is read', '/app/installations/*', { methods: ['GET', 'HEAD'] }],
    ['no method', '/app/installations/*', { methods: [] }],
    ['no credential', '/app/installations/*', { credential: undefined }],
    [
      'an upstream of which each body is decided',
      '/v1/*',
      { ...OPENAI, llm: { api: 'OpenAIChat', models: ['m'], maxOutputTokens: 1, hostedTools: [] } },
    ],
    ['all of an API that nobody knows', '/*', { baseURL: 'https://api.acme.example' }],
    ['a service of AWS', '/*', { baseURL: 'https://s3.eu-west-1.amazonaws.com', credential: 's3' }],
  ])('for %s', ([, path, change]) => {
    expect(warningsFor([path], change)).toEqual([]);
  });
});

test('a service of AWS that answers with credentials is warned about once, whatever its paths and methods', () => {
  const change = { baseURL: 'https://sts.eu-west-1.amazonaws.com', credential: 'sts', methods: ['GET'] };
  expect(warningsFor(['/', '/a'], change)).toEqual([
    'spec.upstreams[0] is signed for the service "sts" of AWS, which answers with credentials: the agent would hold them. Have something else call it',
  ]);
});

test.for(
  Object.entries(MINTING_VENDORS).flatMap(([, { host, paths }]) =>
    paths.map((path) => [host, path] as const),
  ),
)('%s%s is found where it is listed as it is, and by all that is above it', ([host, path]) => {
  const literal = path.replaceAll('{id}', 'a');
  const above = literal.split('/').slice(0, -1).join('/');
  for (const listed of [literal, `${above}/*`, '/*']) {
    expect(warningsFor([listed], { baseURL: `https://${host}` })).toHaveLength(1);
  }
});
