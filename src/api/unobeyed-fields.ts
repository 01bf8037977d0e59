import { agentRole } from './agent-role.ts';
import { confirmation } from './agent-role/confirmation.ts';
import { tenantIsolation } from './tenant-isolation.ts';

/**
 * By kind, the fields that can be written today and that no released program obeys yet. Admission returns a warning
 * that names the field to a client that sets one. A path means everything below it as well; `[*]` means every item of a list.
 * A change that makes a program obey a field removes it from this list.
 */
export const UNOBEYED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  AgentRole: [
    'spec.tools[*].mcp',
    'spec.tools[*].upstream',
    'spec.tools[*].confirmation',
    'spec.upstreams[*].mcp',
    'spec.memory',
  ],
  TenantIsolation: ['spec.approvals', 'spec.vectorStore', 'spec.fileStorage', 'spec.shadow'],
  AgentApproval: ['spec'],
};

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
  },
  TenantIsolation: {
    'spec.approvals': tenant.approvals.parse(undefined),
  },
};
