import { z } from 'zod';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { conditions } from './shape/conditions.ts';
import { dnsLabel } from './shape/names.ts';
import { rules } from './shape/rules.ts';

const target = z
  .object({
    type: z.enum(['All', 'Tenant', 'Namespace', 'Role', 'Sandbox']).describe('What is contained.'),
    namespace: dnsLabel().optional().describe('Namespace of the sandbox. Only with type `Sandbox`.'),
    name: dnsLabel()
      .optional()
      .describe('Name of the tenant, namespace, role or sandbox. Not with type `All`.'),
  })
  .meta(
    rules(
      {
        rule: "(self.type == 'All') != has(self.name)",
        message: 'must be set with every type except All, and must not be set with All',
        fieldPath: '.name',
      },
      {
        rule: "(self.type == 'Sandbox') == has(self.__namespace__)",
        message: 'must be set with type Sandbox, and only with it',
        fieldPath: '.namespace',
      },
    ),
  );

const spec = z
  .object({
    target: target.describe('What is contained, whatever is created in it later included.'),
    reason: z.string().min(1).max(1024).describe('Why.'),
  })
  .meta(
    rules({
      rule: 'self == oldSelf',
      message: 'spec cannot be changed: create another quarantine, or delete this one to release its target',
      reason: 'FieldValueForbidden',
    }),
  );

const status = z.object({
  observedGeneration: z.int().min(0).optional().describe('The generation that the status was written for.'),
  conditions: conditions(),
  contained: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('How many sandboxes, and pods of other workloads, are contained.'),
  pending: z.int().min(0).max(1_000_000).optional().describe('How many of them are not contained yet.'),
  secondsToContain: z
    .int()
    .min(0)
    .max(31_536_000)
    .optional()
    .describe(
      'Whole seconds from its creation until everything that was there was contained. Not set where nothing was.',
    ),
});

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AgentQuarantine'),
  metadata: objectMeta(dnsLabel()),
  spec: spec.describe('What is contained, and why. Cannot be changed.'),
  status: status.optional().describe('How far it is.'),
});

/** A containment: while it exists its target is cut off, when it is deleted the target is released. */
export type AgentQuarantine = z.infer<typeof schema>;

/** The kind AgentQuarantine. */
export const agentQuarantine = {
  kind: 'AgentQuarantine',
  plural: 'agentquarantines',
  singular: 'agentquarantine',
  shortNames: ['aq'],
  scope: 'Cluster',
  summary: 'A containment: while it exists its target is cut off, when it is deleted the target is released.',
  printerColumns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.target.type', description: 'What is contained.' },
    { name: 'Namespace', type: 'string', jsonPath: '.spec.target.namespace', description: 'Of the sandbox.' },
    { name: 'Target', type: 'string', jsonPath: '.spec.target.name', description: 'Name of the target.' },
    {
      name: 'Contained',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='Contained')].reason",
      description: 'How far it is.',
    },
    { name: 'Reason', type: 'string', jsonPath: '.spec.reason', description: 'Why.', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Its age.' },
  ],
  conditions: {
    Contained: {
      meaning: 'Everything that the target names is cut off.',
      reasons: {
        Contained: 'All of it.',
        Containing: 'Steps are left. The message counts them.',
        NothingToContain: 'No sandbox or pod of the target exists. It holds for what is created later.',
      },
    },
  },
  schema,
} satisfies KindDefinition<typeof schema>;
