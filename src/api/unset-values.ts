import { confirmation } from './agent-role/confirmation.ts';
import { agentRole } from './agent-role.ts';
import { tenantIsolation } from './tenant-isolation.ts';

const role = agentRole.schema.shape.spec.shape;
const tenant = tenantIsolation.schema.shape.spec.shape;

/**
 * By kind, for fields of `UNOBEYED_FIELDS` that the API server fills in or that have to be written: the value that asks
 * for nothing, so that an author who did not ask for anything is not warned.
 */
export const UNSET_VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  AgentRole: {
    'spec.tools[*].confirmation': confirmation.parse({ when: 'Never' }),
    'spec.memory': role.memory.parse(undefined),
    'spec.budgets': role.budgets.parse(undefined),
    'spec.audit': role.audit.parse(undefined),
  },
  TenantIsolation: {
    'spec.limits': tenant.limits.parse(undefined),
    'spec.approvals': tenant.approvals.parse(undefined),
    'spec.gateway': tenant.gateway.parse(undefined),
    'spec.onEgressOpen': 'Report',
    'spec.adopt': 'Report',
  },
};
