import { z } from 'zod';
import { sandboxSpec } from './agent-sandbox/spec.ts';
import { sandboxConditions, sandboxStatus } from './agent-sandbox/status.ts';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { ownerName } from './shape/names.ts';

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AgentSandbox'),
  metadata: objectMeta(ownerName()),
  spec: sandboxSpec.describe('The task.'),
  status: sandboxStatus.optional().describe('What the operator has done for it.'),
});

/** One agent at one task, in a namespace of a tenant. Its end is the task's end. */
export type AgentSandbox = z.infer<typeof schema>;

/** The kind AgentSandbox. */
export const agentSandbox = {
  kind: 'AgentSandbox',
  plural: 'agentsandboxes',
  singular: 'agentsandbox',
  shortNames: ['asb'],
  scope: 'Namespaced',
  summary: 'One agent at one task: what an application team applies.',
  printerColumns: [
    {
      name: 'Role',
      type: 'string',
      jsonPath: '.status.resolvedRole.name',
      description: 'The role that applies to it.',
    },
    { name: 'State', type: 'string', jsonPath: '.spec.state', description: 'What is wanted.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='Ready')].status",
      description: 'Whether the agent can work.',
    },
    { name: 'Image', type: 'string', jsonPath: '.spec.image', description: 'Its image.', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Its age.' },
  ],
  conditions: sandboxConditions,
  schema,
} satisfies KindDefinition<typeof schema>;
