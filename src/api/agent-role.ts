import { z } from 'zod';
import { audit, budgets, memory } from './agent-role/bounds.ts';
import { credential } from './agent-role/credential.ts';
import { network } from './agent-role/network.ts';
import { roleRules } from './agent-role/role-rules.ts';
import { roleSandbox } from './agent-role/sandbox.ts';
import { tool } from './agent-role/tool.ts';
import { upstream } from './agent-role/upstream.ts';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { conditions } from './shape/conditions.ts';
import { keyedList } from './shape/lists.ts';
import { ownerName } from './shape/names.ts';
import { rules } from './shape/rules.ts';

const spec = z
  .object({
    description: z.string().max(1024).optional().describe('What an agent of this role is for.'),
    tools: keyedList(tool, ['name'], 128).describe(
      'The permission matrix. A tool that is not listed is refused.',
    ),
    network: network.prefault({}).describe('Connections that the gateway does not read.'),
    upstreams: keyedList(upstream, ['name'], 32).describe(
      'Services that the gateway calls for the agent, with a credential that the agent never holds.',
    ),
    credentials: keyedList(credential, ['name'], 32).describe(
      'Names and shapes of credentials. Each tenant binds the names to secrets of its own.',
    ),
    memory: memory.prefault({}).describe('What the agent may remember.'),
    budgets: budgets.prefault({}).describe('What one sandbox may use up in a day.'),
    sandbox: roleSandbox.describe('The pod that an agent of this role runs in.'),
    audit: audit.prefault({}).describe('What is recorded.'),
  })
  .meta(rules(...roleRules));

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AgentRole'),
  metadata: objectMeta(ownerName()),
  spec: spec.describe('What an agent of this role may do.'),
  status: z
    .object({
      observedGeneration: z
        .int()
        .min(0)
        .optional()
        .describe('The generation that the status was written for.'),
      conditions: conditions(),
    })
    .optional()
    .describe('What the operator found.'),
});

/** What an agent may do. Cluster-scoped: the platform team owns roles; tenants share them, and they hold no secret. */
export type AgentRole = z.infer<typeof schema>;

/** One tool of a role. */
export type Tool = AgentRole['spec']['tools'][number];

/** The kind AgentRole. */
export const agentRole = {
  kind: 'AgentRole',
  plural: 'agentroles',
  singular: 'agentrole',
  shortNames: ['ar'],
  scope: 'Cluster',
  summary: 'What an agent may do: its tools, its network, its credentials and its pod.',
  printerColumns: [
    { name: 'CPU', type: 'string', jsonPath: '.spec.sandbox.limits.cpu', description: 'Processor cores.' },
    { name: 'Memory', type: 'string', jsonPath: '.spec.sandbox.limits.memory', description: 'Memory.' },
    {
      name: 'Accepted',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='Accepted')].status",
      description: 'Whether the operator could use it.',
    },
    {
      name: 'Description',
      type: 'string',
      jsonPath: '.spec.description',
      description: 'What it is for.',
      priority: 1,
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Its age.' },
  ],
  conditions: {
    Accepted: {
      meaning: 'The role can be used as it is written.',
      reasons: {
        Valid: 'Every rule of the role was understood.',
        InvalidRule: 'A rule breaks what roles must hold to now. The message names it.',
        InvalidArguments: 'The JSON Schema of a tool cannot be compiled.',
        UnknownSeccompProfile: 'No seccomp profile of this name is installed.',
      },
    },
    Cooperative: {
      meaning: 'Some rules bind only an agent that asks.',
      reasons: {
        CooperativeRules: 'The message names the tools whose rules are Cooperative.',
        NoCooperativeRules: 'Every rule is held by the gateway or by the pod.',
      },
    },
  },
  schema,
} satisfies KindDefinition<typeof schema>;
