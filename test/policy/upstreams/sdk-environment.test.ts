import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { environments } from '../../../src/api/agent-role/upstream.ts';
import { findCredential } from '../../../src/policy/admission/credential-shapes.ts';
import { sdkEnvironments } from '../../../src/policy/upstreams/sdk-environment.ts';

type Upstream = AgentRole['spec']['upstreams'][number];
type Environment = Upstream['environment'];

const SECRET = '$(CLOISTER_PROXY_SECRET)';
const GATEWAY = 'https://cloister-gateway:8443/upstreams';

const specOf = (...upstreams: readonly Partial<Upstream>[]) => ({
  upstreams: upstreams.map((upstream) => ({ baseURL: 'https://api.example.com', ...upstream })),
  credentials: [
    { name: 'bucket', attach: { type: 'AWSSigV4' as const, region: 'eu-west-1', service: 's3' } },
    { name: 'key', attach: { type: 'Bearer' as const } },
  ],
});

function variablesOf(...upstreams: readonly Partial<Upstream>[]): Readonly<Record<string, string>> {
  const all = sdkEnvironments(specOf(...upstreams)).flatMap(({ targets, settings }) => [
    ...targets,
    ...settings,
  ]);
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

describe('an upstream is called by the SDK', () => {
  test.for<readonly [Environment, Partial<Upstream>, Readonly<Record<string, string>>]>([
    [
      'OpenAI',
      {},
      {
        OPENAI_BASE_URL: `${GATEWAY}/vendor/v1`,
        OPENAI_API_BASE: `${GATEWAY}/vendor/v1`,
        OPENAI_API_KEY: SECRET,
      },
    ],
    ['Anthropic', {}, { ANTHROPIC_BASE_URL: `${GATEWAY}/vendor`, ANTHROPIC_API_KEY: SECRET }],
    [
      'GitHub',
      {},
      {
        GITHUB_API_URL: `${GATEWAY}/vendor`,
        GITHUB_GRAPHQL_URL: `${GATEWAY}/vendor/graphql`,
        GITHUB_TOKEN: SECRET,
      },
    ],
    [
      'AWS',
      { credential: 'bucket' },
      {
        AWS_ENDPOINT_URL: `${GATEWAY}/vendor`,
        AWS_ACCESS_KEY_ID: SECRET,
        AWS_SECRET_ACCESS_KEY: SECRET,
        AWS_REGION: 'eu-west-1',
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
      },
    ],
    ['None', {}, {}],
  ])('of %s by exactly these variables', ([environment, upstream, expected]) => {
    expect(variablesOf({ name: 'vendor', environment, ...upstream })).toEqual(expected);
  });

  test('of OpenAI without the version of the API twice', () => {
    const upstream = { name: 'openai', environment: 'OpenAI' as const };
    expect(variablesOf({ ...upstream, baseURL: 'https://api.openai.com/v1' })['OPENAI_BASE_URL']).toBe(
      `${GATEWAY}/openai`,
    );
    expect(variablesOf({ ...upstream, baseURL: 'https://llm.example.com/other' })['OPENAI_BASE_URL']).toBe(
      `${GATEWAY}/openai/v1`,
    );
  });

  test.for([undefined, 'key', 'other'])(
    'of AWS without a region where the credential %s has none',
    (credential) => {
      const names = Object.keys(
        variablesOf({ name: 'aws', environment: 'AWS', ...(credential === undefined ? {} : { credential }) }),
      );
      expect(names).not.toContain('AWS_REGION');
      expect(names).not.toContain('AWS_DEFAULT_REGION');
      expect(names).toContain('AWS_ENDPOINT_URL');
    },
  );
});

describe('the variables of a role', () => {
  const all = environments.map((environment) => ({ name: environment.toLowerCase(), environment }));

  test('are those of each of its upstreams, and no name is there twice', () => {
    const names = sdkEnvironments(specOf(...all)).flatMap(({ targets, settings }) =>
      [...targets, ...settings].map(({ name }) => name),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(variablesOf(...all)).toSorted()).toEqual(names.toSorted());
  });

  test('hold nothing that has the shape of a credential', () => {
    expect(Object.values(variablesOf(...all)).map(findCredential)).toEqual(
      Object.values(variablesOf(...all)).map(() => null),
    );
  });

  test('are those of the first of two upstreams, where an older schema let them in', () => {
    const two = ['one', 'two'].map((name) => ({ name, environment: 'Anthropic' as const }));
    expect(variablesOf(...two)['ANTHROPIC_BASE_URL']).toBe(`${GATEWAY}/one`);
  });

  test('are none where fields were pruned', () => {
    expect(sdkEnvironments({})).toEqual([]);
    expect(sdkEnvironments({ upstreams: [{ environment: 'OpenAI' }, { name: 'a' }] })).toEqual([]);
  });
});
