/**
 * By kind, the fields that can be written today and that no released program obeys yet. Admission answers an object that
 * sets one with a warning that names it. A path means everything below it as well; `[*]` stands for the items of a list.
 * Whoever teaches a program to obey a field takes it off this list.
 */
export const UNOBEYED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  AgentRole: [
    'spec.tools[*].domains',
    'spec.tools[*].sql',
    'spec.tools[*].mcp',
    'spec.tools[*].upstream',
    'spec.tools[*].arguments',
    'spec.tools[*].maxFileSize',
    'spec.tools[*].maxResponseSize',
    'spec.tools[*].maxRequestsPerMinute',
    'spec.tools[*].maxExecutionSeconds',
    'spec.tools[*].confirmation',
    'spec.network.allow',
    'spec.upstreams',
    'spec.credentials',
    'spec.memory',
    'spec.budgets',
    'spec.audit',
  ],
  // Admission judges a sandbox against its role; nothing makes its pod.
  AgentSandbox: ['spec'],
  TenantIsolation: [
    'spec.namespaces[*].quota',
    'spec.limits',
    'spec.approvals',
    'spec.gateway',
    'spec.vault',
    'spec.credentials',
    'spec.database',
    'spec.vectorStore',
    'spec.fileStorage',
    'spec.onEgressOpen',
    'spec.adopt',
    'spec.shadow',
  ],
  AgentApproval: ['spec'],
  AgentQuarantine: ['spec'],
};
