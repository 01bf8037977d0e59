import { z } from 'zod';
import { sha256Hex } from '../shape/digests.ts';
import { caBundle } from '../shape/certificates.ts';
import { baseURL, hostName, port } from '../shape/hosts.ts';
import { distinctList, keyedList } from '../shape/lists.ts';
import { dnsLabel, toolName } from '../shape/names.ts';
import { requestPath } from '../shape/paths.ts';
import { rules } from '../shape/rules.ts';
import { seconds } from '../shape/times.ts';

const llm = z.object({
  api: z
    .enum(['OpenAIChat', 'OpenAIResponses', 'AnthropicMessages'])
    .describe('How requests are read. Every decision is made on the parsed body.'),
  models: distinctList(z.string().min(1).max(128), 32).describe('Models that may be asked. Empty: none.'),
  maxOutputTokens: z.int().min(1).max(1_000_000).describe('Maximum number of tokens in one response.'),
  hostedTools: distinctList(z.string().min(1).max(128), 32).describe(
    "Tools that run at the vendor's side. Empty: none.",
  ),
  remoteURLs: z
    .enum(['Deny', 'Allow'])
    .default('Deny')
    .describe('Whether a request may name URLs that the vendor fetches. That makes it an open proxy.'),
});

const mcp = z.object({
  tools: z.enum(['Listed']).default('Listed').describe('`Listed`: only tools that the role lists.'),
  pins: keyedList(
    z.object({
      tool: toolName().describe('Name of the tool there.'),
      sha256: sha256Hex().describe('Hash of its canonical definition.'),
    }),
    ['tool'],
    128,
  ).describe('Definitions that were reviewed.'),
  pinning: z
    .enum(['Required', 'Report'])
    .default('Required')
    .describe('Whether a tool whose definition is not pinned, or has changed, is refused or reported.'),
  resources: distinctList(z.string().min(1).max(256), 32).describe(
    'Resources that may be read. Empty: none.',
  ),
  prompts: distinctList(z.string().min(1).max(128), 32).describe('Prompts that may be read. Empty: none.'),
  serverRequests: distinctList(z.enum(['Sampling', 'Elicitation', 'Roots']), 3).describe(
    'What the server may ask of the agent. Empty: nothing.',
  ),
});

const service = z.object({
  namespace: dnsLabel().describe('Its namespace.'),
  name: dnsLabel().describe('Its name.'),
  port: port().describe('Its port.'),
});

const timeouts = z.object({
  firstByteSeconds: seconds(1, 600).default(60).describe('Maximum wait for the first byte of a response.'),
  idleSeconds: seconds(1, 600).default(120).describe('Maximum time without a byte within a response.'),
  maxSeconds: seconds(1, 86_400).default(900).describe('Maximum time for the whole response.'),
});

/** Programs whose variables the operator can set, so that an image that was made for the vendor runs unchanged. */
export const environments = ['OpenAI', 'Anthropic', 'GitHub', 'AWS', 'None'] as const;

const upstreamRules = rules(
  {
    rule: "(self.protocol == 'MCP') == has(self.mcp)",
    message: 'must be set with protocol MCP, and only with it',
    fieldPath: '.mcp',
  },
  {
    rule: "self.protocol == 'HTTP' || !has(self.llm)",
    message: 'must not be set unless protocol is HTTP',
    fieldPath: '.llm',
    reason: 'FieldValueForbidden',
  },
  {
    rule: "!has(self.environment) || self.environment == 'None' || self.protocol == 'HTTP'",
    message: 'must be None unless protocol is HTTP',
    fieldPath: '.environment',
    reason: 'FieldValueForbidden',
  },
  {
    rule: "!has(self.environment) || self.environment != 'Anthropic' || !self.baseURL.endsWith('/v1')",
    message:
      'must not end in /v1 with environment Anthropic, because the SDK adds it to each path: remove it',
    fieldPath: '.baseURL',
  },
);

/** A service that the gateway calls for the agent, adding a credential that the agent never holds. */
export const upstream = z
  .object({
    name: dnsLabel().describe('Name that the agent, and the tools of this role, know it by.'),
    protocol: z.enum(['HTTP', 'WebSocket', 'MCP']).describe('What is spoken with it.'),
    baseURL: baseURL().describe('Where it is: https, a host name, optionally a port and a path.'),
    destination: z
      .object({ service: service.describe('A Service of the cluster.') })
      .optional()
      .describe('Where its addresses may lie. If not set: public addresses only.'),
    caBundle: caBundle()
      .optional()
      .describe("Base64 of the PEM certificates that its own must chain to. If not set: the system's."),
    credential: dnsLabel()
      .optional()
      .describe('Credential of the role, with `attach`, that is added. If not set: none.'),
    environment: z
      .enum(environments)
      .default('None')
      .describe(
        'Whose variables every container of the pod gets, so that its SDK calls this upstream with the proxy secret as its key.',
      ),
    methods: distinctList(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']), 6).describe(
      'Methods that may be used. Empty: none.',
    ),
    paths: distinctList(requestPath(), 32).describe(
      'Paths under `baseURL` that may be asked, a closing `/*` for all below. Empty: none.',
    ),
    followRedirectsTo: distinctList(hostName(), 8).describe(
      'Hosts to which a redirect is followed, without the credential. Empty: none.',
    ),
    llm: llm.optional().describe('Rules for a model vendor, decided on the parsed body.'),
    mcp: mcp.optional().describe('Rules for an MCP server. Only with protocol `MCP`.'),
    timeouts: timeouts.prefault({}).describe('How long it may take.'),
  })
  .meta(upstreamRules);
