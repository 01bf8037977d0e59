import { readSampleObject } from '../samples.ts';

/** The name of the role. */
export const MODEL_ROLE = 'model-caller';

/** Vendors of models, by the names of their upstreams and credentials: where they are, and where in Vault their keys are. */
export const MODEL_VENDORS = {
  'chat-models': { host: 'api.chat.example.com', address: '93.184.216.50', path: 'acme/chat-models' },
  'message-models': {
    host: 'api.messages.example.com',
    address: '93.184.216.51',
    path: 'acme/message-models',
  },
} as const;

/** The key of each vendor, which is in Vault and nowhere else. */
export const MODEL_KEYS = {
  'chat-models': 'sk-chat-2f6c8e0d4b7a91',
  'message-models': 'sk-messages-97d1b35fa0c2',
} as const;

/** A role that may ask one model of each vendor, with no tool of theirs. */
export function modelRole(): object {
  const role = readSampleObject('role-read-only.yaml') as { spec: object };
  const llm = { maxOutputTokens: 1_000, hostedTools: [] };
  const common = { protocol: 'HTTP', methods: ['POST'] };
  const upstreams = [
    {
      ...common,
      name: 'chat-models',
      credential: 'chat-models',
      baseURL: `https://${MODEL_VENDORS['chat-models'].host}/v1`,
      environment: 'OpenAI',
      paths: ['/chat/completions'],
      llm: { ...llm, api: 'OpenAIChat', models: ['gpt-test'] },
    },
    {
      ...common,
      name: 'message-models',
      credential: 'message-models',
      baseURL: `https://${MODEL_VENDORS['message-models'].host}`,
      environment: 'Anthropic',
      paths: ['/v1/messages'],
      llm: { ...llm, api: 'AnthropicMessages', models: ['claude-test'] },
    },
  ];
  const credentials = [
    { name: 'chat-models', attach: { type: 'Bearer' } },
    { name: 'message-models', attach: { type: 'Header', header: 'x-api-key' } },
  ];
  return { ...role, metadata: { name: MODEL_ROLE }, spec: { ...role.spec, upstreams, credentials } };
}

/** Where the tenant keeps the keys. */
export function modelBindings(): readonly object[] {
  return Object.entries(MODEL_VENDORS).map(([name, { path }]) => ({
    name,
    vaultKV: { mount: 'secret', path, key: 'api_key' },
  }));
}
