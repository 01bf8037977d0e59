import { z } from 'zod';
import { sandboxConditions } from './agent-sandbox/conditions.ts';
import { sandboxStatus } from './agent-sandbox/status.ts';
import { volume } from './agent-sandbox/volume.ts';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { imageReference } from './shape/images.ts';
import { distinctList, keyedList } from './shape/lists.ts';
import { ownerName, toolName } from './shape/names.ts';
import { filePath } from './shape/paths.ts';
import { port } from './shape/ports.ts';
import { byteQuantity, coreQuantity } from './shape/quantities.ts';
import { rules } from './shape/rules.ts';
import { seconds } from './shape/times.ts';

const environmentVariable = z
  .object({
    name: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .describe('Its name.'),
    value: z
      .string()
      .max(32_768)
      .default('')
      .describe('Its value. Never a secret: everybody who may read the sandbox reads it.'),
  })
  .meta(
    rules({
      rule: "!self.name.startsWith('CLOISTER_')",
      message: 'names that begin with CLOISTER_ are set by the operator: remove it',
      fieldPath: '.name',
      reason: 'FieldValueForbidden',
    }),
  );

const amounts = z.object({
  cpu: coreQuantity('256').optional().describe('Processor cores.'),
  memory: byteQuantity('4Ti').optional().describe('Memory.'),
  'ephemeral-storage': byteQuantity('4Ti').optional().describe("Space on the node's disk."),
});

const narrow = z.object({
  tools: z
    .array(toolName())
    .max(128)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Only these tools of the role. Left out: all of them; empty: none.'),
  readOnlyPaths: distinctList(filePath(), 32).describe(
    'Paths that are not written to although the role may.',
  ),
});

const spec = z
  .object({
    roleRef: z
      .object({ name: ownerName().describe('Name of the AgentRole.') })
      .optional()
      .describe("Role that the sandbox is held to. Left out: the tenant's default. Cannot be changed."),
    image: imageReference().describe('Image of the agent, from a repository that the role allows.'),
    command: z.array(z.string().max(4096)).max(64).default([]).describe("Replaces the image's entry point."),
    args: z.array(z.string().max(4096)).max(256).default([]).describe("Replaces the image's arguments."),
    env: keyedList(environmentVariable, ['name'], 128).describe('Environment variables.'),
    resources: z
      .object({
        requests: amounts.prefault({}).describe('What is set aside. Left out: the limits.'),
        limits: amounts
          .prefault({})
          .describe("Most that may be used, at most the role's. Left out: the role's."),
      })
      .prefault({})
      .describe('What the agent may use.'),
    lifetimeSeconds: seconds(60, 31_536_000)
      .optional()
      .describe("Longest life, over all its pods, at most the role's. Left out: the role's."),
    volumes: keyedList(volume, ['name'], 32)
      .meta(
        rules({
          rule: 'self.all(v, self.exists_one(w, w.mountPath == v.mountPath))',
          message: 'two volumes have the same mountPath',
        }),
      )
      .describe(
        'What is mounted: read-only unless the role has `file:write` there, refused where it has neither.',
      ),
    restartPolicy: z
      .enum(['Never', 'OnFailure', 'Always'])
      .default('Never')
      .describe('Of the sandbox: also when its pod is gone.'),
    narrow: narrow.optional().describe('Less than the role, never more.'),
    ports: distinctList(port(), 16).describe("Ports that the agent listens on, within the role's `ingress`."),
    state: z
      .enum(['Running', 'Stopped'])
      .default('Running')
      .describe('`Stopped` ends the task; what it held is revoked.'),
    updatePolicy: z
      .enum(['Recreate', 'OnDelete'])
      .default('Recreate')
      .describe('Whether a changed role or sandbox replaces the pod at once, or when it is deleted.'),
  })
  .meta(
    rules({
      rule: 'has(self.roleRef) == has(oldSelf.roleRef) && (!has(self.roleRef) || self.roleRef == oldSelf.roleRef)',
      message: 'roleRef cannot be changed: make a new sandbox for another role',
      fieldPath: '.roleRef',
      reason: 'FieldValueForbidden',
    }),
  );

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AgentSandbox'),
  metadata: objectMeta(ownerName()),
  spec: spec.describe('The task.'),
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
      description: 'The role it is held to.',
    },
    { name: 'State', type: 'string', jsonPath: '.spec.state', description: 'What is wanted.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='Ready')].status",
      description: 'Whether the agent can work.',
    },
    {
      name: 'Contained',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='Contained')].status",
      description: 'Whether a quarantine holds it.',
    },
    { name: 'Image', type: 'string', jsonPath: '.spec.image', description: 'Its image.', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Its age.' },
  ],
  conditions: sandboxConditions,
  schema,
} satisfies KindDefinition<typeof schema>;
