import { z } from 'zod';
import { approvers, minApprovals, separation } from './agent-role/confirmation.ts';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { sha256Digest } from './shape/digests.ts';
import { dnsLabel, objectUID, ownerName, subjectName, toolName } from './shape/names.ts';
import { rules } from './shape/rules.ts';
import { time } from './shape/times.ts';

const spec = z
  .object({
    sandbox: z
      .object({
        namespace: dnsLabel().describe('Its namespace.'),
        name: ownerName().describe('Its name.'),
      })
      .describe('Sandbox that asks.'),
    sandboxUID: objectUID().describe(
      'UID of the sandbox: one of the same name made later does not inherit it.',
    ),
    role: ownerName().describe('Role of the sandbox.'),
    tool: toolName().describe('Tool that is to be called.'),
    rule: sha256Digest().describe('Digest of the compiled rule of the tool, its upstream and its pin.'),
    createdBy: subjectName().describe('User who created the sandbox.'),
    approvers: approvers(),
    minApprovals: minApprovals(),
    separation: separation(),
    argumentsDigest: sha256Digest().describe(
      'Digest of the canonical arguments, which are what is forwarded.',
    ),
    arguments: z
      .string()
      .min(2)
      .max(32_768)
      .describe(
        'The arguments as canonical JSON (RFC 8785), secrets masked. A string, so that no number changes.',
      ),
    expirationTime: time().describe('When the question expires.'),
  })
  .meta(
    rules({
      rule: 'self == oldSelf',
      message: 'spec cannot be changed: the decision is about the call as it was requested',
      reason: 'FieldValueForbidden',
    }),
  );

const decision = z.object({
  user: subjectName().describe('Who decided.'),
  decision: z.enum(['Approved', 'Denied']).describe('What was decided.'),
  time: time().describe('When.'),
});

const status = z.object({
  decisions: z
    .array(decision)
    .max(32)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['user'] })
    .describe('What each person decided. A person decides once.'),
  consumedTime: time().optional().describe('When the gateway used it, before the call was made.'),
});

// At the root: on the status itself they would not be asked when the whole status is taken away.
const statusRules = rules(
  {
    rule: '!has(oldSelf.status) || !has(oldSelf.status.decisions) || oldSelf.status.decisions.all(d, has(self.status) && has(self.status.decisions) && d in self.status.decisions)',
    message: 'a decision cannot be changed or taken back',
    fieldPath: '.status.decisions',
    reason: 'FieldValueForbidden',
  },
  {
    rule: '!has(oldSelf.status) || !has(oldSelf.status.consumedTime) || (has(self.status) && has(self.status.consumedTime) && self.status.consumedTime == oldSelf.status.consumedTime)',
    message: 'an approval is used once: consumedTime cannot be changed',
    fieldPath: '.status.consumedTime',
    reason: 'FieldValueForbidden',
  },
);

const schema = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('AgentApproval'),
    metadata: objectMeta(dnsLabel()),
    spec: spec.describe('What is asked. Written by the gateway, cannot be changed.'),
    status: status.optional().describe('What was decided.'),
  })
  .meta(statusRules);

/** One call that a person has to decide, in the tenant's system namespace. */
export type AgentApproval = z.infer<typeof schema>;

/** The kind AgentApproval. */
export const agentApproval = {
  kind: 'AgentApproval',
  plural: 'agentapprovals',
  singular: 'agentapproval',
  shortNames: ['aa'],
  scope: 'Namespaced',
  summary: 'One call that a person has to decide: made by the gateway, decided by people.',
  printerColumns: [
    { name: 'Sandbox', type: 'string', jsonPath: '.spec.sandbox.name', description: 'Sandbox that asks.' },
    { name: 'Role', type: 'string', jsonPath: '.spec.role', description: 'Role of the sandbox.' },
    { name: 'Tool', type: 'string', jsonPath: '.spec.tool', description: 'Tool that is to be called.' },
    { name: 'Expires', type: 'string', jsonPath: '.spec.expirationTime', description: 'When it expires.' },
    { name: 'Used', type: 'date', jsonPath: '.status.consumedTime', description: 'When it was used.' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Its age.' },
  ],
  conditions: {},
  schema,
} satisfies KindDefinition<typeof schema>;
