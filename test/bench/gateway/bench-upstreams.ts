import { UPSTREAM_HOST } from './destinations.ts';

/** Names of the upstreams of the role: one for any request, and one with the rules for a model vendor. */
export const ITEMS_UPSTREAM = 'items';
export const MODEL_UPSTREAM = 'model';

/** Paths below the base URL. */
export const ITEMS_PATH = '/items';
export const BULK_PATH = '/bulk';
export const MODEL_PATH = '/chat/completions';
/** The role does not list it. */
export const REFUSED_PATH = '/admin';

/** What the path of a base URL is, and what all paths at the upstream begin with. */
export const BASE_PATH = '/v1';

export const UPSTREAM_CREDENTIAL = 'upstream-key';
/** It opens nothing but the upstream of the bench. */
export const UPSTREAM_KEY = 'sk-bench-key+of/the.upstream=which~no-agent_sees';

/** Where the tenant keeps the key. */
export const CREDENTIAL_BINDING = {
  name: UPSTREAM_CREDENTIAL,
  kubernetesSecret: { name: 'upstream-key', key: 'key' },
} as const;

/** The greatest that a role and a tenant may give: what is measured is the counting, not the refusal. */
export const TOKENS_PER_DAY = 100_000_000_000;

const MODEL = 'bench-model';
const MAX_OUTPUT_TOKENS = 4_096;

const UPSTREAM = {
  protocol: 'HTTP',
  baseURL: `https://${UPSTREAM_HOST}${BASE_PATH}`,
  credential: UPSTREAM_CREDENTIAL,
} as const;

export const BENCH_UPSTREAMS: readonly object[] = [
  { ...UPSTREAM, name: ITEMS_UPSTREAM, methods: ['GET', 'POST'], paths: [ITEMS_PATH, BULK_PATH] },
  {
    ...UPSTREAM,
    name: MODEL_UPSTREAM,
    methods: ['POST'],
    paths: [MODEL_PATH],
    llm: { api: 'OpenAIChat', models: [MODEL], maxOutputTokens: MAX_OUTPUT_TOKENS },
  },
];

/** The body of a request for a stream, as the SDK of OpenAI writes it. */
export function streamRequest(): string {
  return JSON.stringify({
    model: MODEL,
    messages: [
      { role: 'system', content: 'You write reports about the orders of the last quarter.' },
      { role: 'user', content: 'Sum up the orders of the third quarter in one page.' },
    ],
    max_completion_tokens: MAX_OUTPUT_TOKENS,
    stream: true,
    // Without it the gateway takes the last event out, and the bytes would not be the same.
    stream_options: { include_usage: true },
  });
}
