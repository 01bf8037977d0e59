import type { AgentRole } from '../../../../src/api/agent-role.ts';
import type { TenantIsolation } from '../../../../src/api/tenant-isolation.ts';

/** What an upstream adds to what it shares with all of this role. */
interface SDKUpstream {
  readonly paths: readonly string[];
  readonly methods?: readonly string[];
  readonly host?: string;
  readonly basePath?: string;
  readonly [field: string]: unknown;
}

const model = (api: string, name: string): object => ({
  api,
  models: [name],
  maxOutputTokens: 1_000,
  hostedTools: [],
});

const UPSTREAMS: Readonly<Record<string, SDKUpstream>> = {
  openai: {
    environment: 'OpenAI',
    basePath: '/v1',
    paths: ['/chat/completions'],
    llm: model('OpenAIChat', 'gpt-test'),
  },
  'openai-responses': {
    host: 'openai',
    credential: 'openai',
    basePath: '/v1',
    paths: ['/responses'],
    llm: model('OpenAIResponses', 'gpt-test'),
  },
  anthropic: {
    environment: 'Anthropic',
    paths: ['/v1/messages'],
    llm: model('AnthropicMessages', 'claude-test'),
  },
  github: {
    environment: 'GitHub',
    methods: ['GET', 'POST'],
    paths: ['/repos/acme/*', '/graphql'],
  },
  s3: { environment: 'AWS', methods: ['GET', 'PUT'], paths: ['/reports', '/reports/*'] },
  git: { methods: ['GET', 'POST'], paths: ['/sample.git/*'] },
  pypi: { methods: ['GET'], paths: ['/*'] },
  npm: { methods: ['GET'], paths: ['/*'] },
};

/** How each credential is added, and what it is. No two of them have a value in common. */
const CREDENTIALS: Readonly<
  Record<string, readonly [attach: object, values: Readonly<Record<string, string>>]>
> = {
  openai: [{ type: 'Bearer' }, { value: 'sk-openai-4f0c1d7a9b2e' }],
  anthropic: [{ type: 'Header', header: 'x-api-key' }, { value: 'sk-anthropic-83b1c62f07de' }],
  github: [{ type: 'Bearer' }, { value: 'ghp_5d2f8a1c90be47' }],
  s3: [
    { type: 'AWSSigV4', region: 'eu-central-1', service: 's3' },
    { accessKeyId: 'AKIAREALKEYOFS3', secretAccessKey: 'wJalr/XUtnFEMI+K7MDENG-real-of-s3' },
  ],
  git: [{ type: 'Basic' }, { username: 'robot', password: 'git-password-71c9e0' }],
  pypi: [{ type: 'Basic' }, { value: 'reader:pypi-password-b64d1f' }],
  npm: [{ type: 'Bearer' }, { value: 'npm_0f6b2d917ac4' }],
};

/** The values of a credential. */
export function valuesOf(name: string): Readonly<Record<string, string>> {
  return CREDENTIALS[name]?.[1] ?? {};
}

export const CREDENTIAL_NAMES: readonly string[] = Object.keys(CREDENTIALS);

/** The host of an upstream. */
export function hostOf(name: string): string {
  return `${name}.vendor.example.com`;
}

/** Gives a role the upstreams and the credentials. */
export function addUpstreams(spec: AgentRole['spec']): void {
  spec.upstreams = Object.entries(UPSTREAMS).map(([name, { host = name, basePath = '', ...fields }]) => ({
    name,
    protocol: 'HTTP',
    baseURL: `https://${hostOf(host)}${basePath}`,
    credential: name,
    methods: ['POST'],
    ...fields,
  })) as unknown as typeof spec.upstreams;
  spec.credentials = Object.entries(CREDENTIALS).map(([name, [attach]]) => ({
    name,
    attach,
  })) as unknown as typeof spec.credentials;
}

/** Binds each credential to a Secret of the same name. */
export function bindings(): TenantIsolation['spec']['credentials'] {
  return CREDENTIAL_NAMES.map((name) => {
    const keys = Object.keys(valuesOf(name));
    const [key = ''] = keys;
    const named = key === 'value' ? { key } : { keys: Object.fromEntries(keys.map((one) => [one, one])) };
    return { name, kubernetesSecret: { name, ...named } };
  });
}
