import { agentApproval } from './agent-approval.ts';
import { agentQuarantine } from './agent-quarantine.ts';
import { agentRole } from './agent-role.ts';
import { agentSandbox } from './agent-sandbox.ts';
import type { KindDefinition } from './kind-definition.ts';
import { tenantIsolation } from './tenant-isolation.ts';

/** Every kind of the group, in the order in which documents list them. */
export const kinds: readonly KindDefinition[] = [
  agentRole,
  agentSandbox,
  tenantIsolation,
  agentApproval,
  agentQuarantine,
];
