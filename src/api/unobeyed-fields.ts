/** A part of a spec that no released program obeys yet, and the program that will. */
export type UnobeyedField = {
  /** The path from the root; everything below it is meant as well. `[]` stands for the items of a list. */
  path: string;
  by: 'Gateway' | 'Operator' | 'Vault' | 'Database';
};

const gateway = (path: string): UnobeyedField => ({ path, by: 'Gateway' });
const operator = (path: string): UnobeyedField => ({ path, by: 'Operator' });

/**
 * By kind, what a person can write today without any effect on what an agent may do. Admission answers such an object
 * with a warning that names the field. A program that begins to obey a field takes it off this list.
 */
export const unobeyedFields: Readonly<Record<string, readonly UnobeyedField[]>> = {
  AgentRole: [
    gateway('spec.tools[].domains'),
    gateway('spec.tools[].sql'),
    gateway('spec.tools[].mcp'),
    gateway('spec.tools[].upstream'),
    gateway('spec.tools[].arguments'),
    gateway('spec.tools[].maxFileSize'),
    gateway('spec.tools[].maxResponseSize'),
    gateway('spec.tools[].maxRequestsPerMinute'),
    gateway('spec.tools[].maxExecutionSeconds'),
    gateway('spec.network.allow'),
    gateway('spec.upstreams'),
    gateway('spec.credentials'),
    gateway('spec.memory'),
    gateway('spec.budgets'),
    gateway('spec.audit'),
  ],
  AgentSandbox: [
    operator('spec.command'),
    operator('spec.args'),
    operator('spec.env'),
    operator('spec.restartPolicy'),
    operator('spec.narrow'),
    operator('spec.state'),
    operator('spec.updatePolicy'),
  ],
  TenantIsolation: [
    operator('spec.namespaces[].quota'),
    gateway('spec.limits'),
    gateway('spec.approvals'),
    operator('spec.gateway'),
    { path: 'spec.vault', by: 'Vault' },
    gateway('spec.credentials'),
    { path: 'spec.database', by: 'Database' },
    { path: 'spec.vectorStore', by: 'Database' },
    operator('spec.fileStorage'),
    operator('spec.onEgressOpen'),
    operator('spec.adopt'),
    gateway('spec.shadow'),
  ],
  AgentApproval: [gateway('spec')],
  AgentQuarantine: [operator('spec')],
};
