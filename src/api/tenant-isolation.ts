import { z } from 'zod';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { distinctList, keyedList } from './shape/lists.ts';
import { ownerName } from './shape/names.ts';
import { secretPath } from './shape/paths.ts';
import { rules } from './shape/rules.ts';
import { tenantConditions } from './tenant-isolation/conditions.ts';
import { credentialBinding } from './tenant-isolation/credential-binding.ts';
import { database, fileStorage, vectorStore } from './tenant-isolation/data.ts';
import { exemption } from './tenant-isolation/exemption.ts';
import { tenantNamespace } from './tenant-isolation/namespace.ts';
import { notification } from './tenant-isolation/notification.ts';
import { shadow } from './tenant-isolation/shadow.ts';
import { tenantStatus } from './tenant-isolation/status.ts';
import { tenantRules } from './tenant-isolation/tenant-rules.ts';

const roles = z
  .object({
    allowed: distinctList(ownerName(), 64).describe('Roles that sandboxes and pods may have. Empty: none.'),
    default: ownerName()
      .optional()
      .describe(
        'Role of a sandbox that names none, without the verb use. Left out: such a sandbox is refused.',
      ),
  })
  .meta(
    rules({
      rule: '!has(self.default) || self.default in self.allowed',
      message: 'the default role is not in roles.allowed: add it there',
      fieldPath: '.default',
    }),
  );

const limits = z.object({
  requestsPerMinute: z.int().min(0).max(10_000_000).default(6000).describe('Calls a minute.'),
  tokensPerDay: z.int().min(0).max(100_000_000_000).default(10_000_000).describe('Tokens a day.'),
  egressBytesPerDay: z
    .int()
    .min(0)
    .max(1_000_000_000_000_000)
    .default(10_737_418_240)
    .describe('Bytes a day that leave through the gateway.'),
});

const approvals = z.object({
  notify: z
    .array(notification)
    .max(8)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Whoever is told of a question. Empty: nobody.'),
});

const vault = z.object({
  authMount: secretPath().default('kubernetes').describe('Mount of the Kubernetes login.'),
  namespace: secretPath().optional().describe('Namespace of Vault. Left out: the root.'),
});

const spec = z
  .object({
    namespaces: keyedList(tenantNamespace, ['name'], 64).describe('Namespaces that belong to the tenant.'),
    roles: roles.prefault({}).describe('Roles of the tenant.'),
    limits: limits.prefault({}).describe('What all sandboxes of the tenant together may use.'),
    approvals: approvals.prefault({}).describe('How people learn that they are asked.'),
    gateway: z
      .object({ replicas: z.int().min(1).max(32).default(2).describe('How many.') })
      .prefault({})
      .describe("The tenant's gateway."),
    vault: vault.optional().describe('The tenant in Vault. Left out: Vault is not used.'),
    credentials: keyedList(credentialBinding, ['name'], 128).describe(
      'Binds what the roles name. A name that is not bound is denied.',
    ),
    database: database.optional().describe("The tenant's rows. Left out: no database."),
    vectorStore: vectorStore.optional().describe("The tenant's embeddings. Left out: none."),
    fileStorage: fileStorage.optional().describe("The tenant's files. Left out: none."),
    onEgressOpen: z
      .enum(['Report', 'Quarantine'])
      .describe('What is done with a sandbox that some network policy lets out.'),
    adopt: z
      .enum(['Report', 'Evict'])
      .describe('What is done with pods that were there before enrolment and do not meet the contract.'),
    shadow: shadow.optional().describe('Rules that are recorded rather than enforced. Left out: none.'),
    exemptions: z
      .array(exemption)
      .max(32)
      .default([])
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Pods that need not pass some checks, for a while. Empty: none.'),
  })
  .meta(rules(...tenantRules));

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('TenantIsolation'),
  metadata: objectMeta(ownerName()),
  spec: spec.describe('What belongs to the tenant.'),
  status: tenantStatus.optional().describe('What the operator has done for it.'),
});

/** Who belongs together and is kept apart from everyone else. */
export type TenantIsolation = z.infer<typeof schema>;

/** The kind TenantIsolation. */
export const tenantIsolation = {
  kind: 'TenantIsolation',
  plural: 'tenantisolations',
  singular: 'tenantisolation',
  shortNames: ['ti'],
  scope: 'Cluster',
  summary: 'Who belongs together and is kept apart: namespaces, roles, secrets and data of one tenant.',
  printerColumns: [
    { name: 'Default', type: 'string', jsonPath: '.spec.roles.default', description: 'The default role.' },
    {
      name: 'Enrolled',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='NamespacesEnrolled')].status",
      description: 'Whether all its namespaces are.',
    },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: ".status.conditions[?(@.type=='Ready')].status",
      description: 'Whether its agents can work.',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Its age.' },
  ],
  conditions: tenantConditions,
  schema,
} satisfies KindDefinition<typeof schema>;
