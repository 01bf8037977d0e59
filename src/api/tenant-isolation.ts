import { z } from 'zod';
import type { KindDefinition } from './kind-definition.ts';
import { API_VERSION } from './names.ts';
import { objectMeta } from './object-meta.ts';
import { ownerName } from './shape/names.ts';
import { tenantSpec } from './tenant-isolation/spec.ts';
import { tenantConditions, tenantStatus } from './tenant-isolation/status.ts';

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('TenantIsolation'),
  metadata: objectMeta(ownerName()),
  spec: tenantSpec.describe('What belongs to the tenant.'),
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
