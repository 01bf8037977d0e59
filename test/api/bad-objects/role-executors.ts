import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { callUpstream, role } from './role-objects.ts';

const tools = '/spec/tools';

const schema = refused('Schema', role);

/** Roles with a tool whose confirmation, executor or bounds do not fit together. */
export const badRoleExecutors: readonly BadObject[] = [
  schema(
    'a tool without a confirmation',
    { [`${tools}/0/confirmation`]: undefined },
    'spec.tools[0].confirmation',
    /Required/,
  ),
  schema(
    'a confirmation that does not say when',
    { [`${tools}/0/confirmation`]: {} },
    'spec.tools[0].confirmation.when',
    /Required/,
  ),
  schema(
    'a confirmation that nobody may give',
    { [`${tools}/3/confirmation/approvers`]: [] },
    'spec.tools[3].confirmation.approvers',
    /must not be empty when a person is asked/,
  ),
  schema(
    'an approver that is both a group and a user',
    { [`${tools}/3/confirmation/approvers`]: [{ group: 'sre', user: 'ann' }] },
    'spec.tools[3].confirmation.approvers[0]',
    /exactly one of group and user/,
  ),
  schema(
    'an approver that is nobody',
    { [`${tools}/3/confirmation/approvers`]: [{}] },
    'spec.tools[3].confirmation.approvers[0]',
    /exactly one of group and user/,
  ),
  schema(
    'more approvals than users who may approve',
    { [`${tools}/3/confirmation`]: { when: 'Always', approvers: [{ user: 'ann' }], minApprovals: 2 } },
    'spec.tools[3].confirmation.minApprovals',
    /more than the number of users/,
  ),
  schema(
    'three approvals of two users',
    {
      [`${tools}/3/confirmation/approvers`]: [{ user: 'ann' }, { user: 'bob' }],
      [`${tools}/3/confirmation/minApprovals`]: 3,
    },
    'spec.tools[3].confirmation.minApprovals',
    /more than the number of users/,
  ),
  schema(
    'no approval needed',
    { [`${tools}/3/confirmation/minApprovals`]: 0 },
    'spec.tools[3].confirmation.minApprovals',
    /greater than or equal to 1/,
  ),
  schema(
    'a question that stands for a negative time',
    { [`${tools}/3/confirmation/expiresSeconds`]: -1 },
    'spec.tools[3].confirmation.expiresSeconds',
    /greater than or equal to 30/,
  ),
  schema(
    'a size rule of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/maxFileSize`]: '50Mi' },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'a rate of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/maxRequestsPerMinute`]: 5 },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'a confirmation of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/confirmation`]: { when: 'Always', approvers: [{ group: 'sre' }] } },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'a size of responses of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/maxResponseSize`]: '1Mi' },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'a duration of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/maxExecutionSeconds`]: 30 },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'arguments of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/arguments`]: { type: 'object' } },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'domains of the agent’s own tool, not written as Cooperative',
    { [`${tools}/0/domains`]: [{ argument: '/url', allow: [], deny: [] }] },
    'spec.tools[0].enforcement',
    /must be Cooperative/,
  ),
  schema(
    'a rule of the gateway written as Cooperative',
    { [`${tools}/1/enforcement`]: 'Cooperative' },
    'spec.tools[1].enforcement',
    /must not be set unless executor is Agent/,
  ),
  schema(
    'executor MCP without mcp',
    { [`${tools}/3/mcp`]: undefined },
    'spec.tools[3].mcp',
    /must be set with executor MCP/,
  ),
  schema(
    'executor SQL without sql',
    { [`${tools}/2/sql`]: undefined },
    'spec.tools[2].sql',
    /must be set with executor SQL/,
  ),
  schema(
    'executor Upstream without upstream',
    { [`${tools}/3/executor`]: 'Upstream', [`${tools}/3/mcp`]: undefined },
    'spec.tools[3].upstream',
    /must be set with executor Upstream/,
  ),
  schema(
    'executor Agent with mcp',
    { [`${tools}/0/mcp`]: { upstream: 'deployer', tool: 'x' } },
    'spec.tools[0].mcp',
    /must not be set unless executor is MCP/,
  ),
  schema(
    'executor MCP with sql as well',
    { [`${tools}/3/sql`]: { argument: '/q', credential: 'warehouse' } },
    'spec.tools[3].sql',
    /must not be set unless executor is SQL/,
  ),
  schema(
    'executor MCP with upstream as well',
    { [`${tools}/3/upstream`]: { name: 'openai', method: 'POST', path: '/chat/completions' } },
    'spec.tools[3].upstream',
    /must not be set unless executor is Upstream/,
  ),
  schema(
    'executor Fetch with mcp',
    { [`${tools}/1/mcp`]: { upstream: 'deployer', tool: 'x' } },
    'spec.tools[1].mcp',
    /must not be set unless executor is MCP/,
  ),
  schema(
    'executor Upstream of an upstream that is not declared',
    { [`${tools}/3`]: callUpstream('other') },
    'spec.tools',
    /in spec.upstreams that has protocol HTTP/,
  ),
  schema(
    'executor Upstream of an MCP server',
    { [`${tools}/3`]: callUpstream('deployer') },
    'spec.tools',
    /in spec.upstreams that has protocol HTTP/,
  ),
  schema(
    'executor MCP of a model vendor',
    { [`${tools}/3/mcp/upstream`]: 'openai' },
    'spec.tools',
    /in spec.upstreams that has protocol MCP/,
  ),
  schema(
    'executor SQL with a credential of an upstream',
    { [`${tools}/2/sql/credential`]: 'openai' },
    'spec.tools',
    /in spec.credentials that has databaseLogin/,
  ),
  schema(
    'executor SQL without the capability',
    { [`${tools}/2/capabilities`]: [] },
    'spec.tools[2].capabilities',
    /must contain code:sql/,
  ),
  schema(
    'executor Fetch without a capability of the network',
    { [`${tools}/1/capabilities`]: [] },
    'spec.tools[1].capabilities',
    /must contain net:http/,
  ),
  schema(
    'executor Fetch without domains',
    { [`${tools}/1/domains`]: [] },
    'spec.tools[1].domains',
    /must not be empty with executor Fetch/,
  ),
  schema(
    'a table without its schema',
    { [`${tools}/2/sql/tables`]: ['accounts'] },
    'spec.tools[2].sql.tables[0]',
    /should match/,
  ),
  schema(
    'every table of every schema',
    { [`${tools}/2/sql/tables`]: ['*.*'] },
    'spec.tools[2].sql.tables[0]',
    /should match/,
  ),
  schema(
    'an SQL operation that does not exist',
    { [`${tools}/2/sql/operations`]: ['Drop'] },
    'spec.tools[2].sql.operations[0]',
    /Unsupported value: "Drop"/,
  ),
  schema(
    'more rows than the maximum',
    { [`${tools}/2/sql/maxRows`]: 1_000_001 },
    'spec.tools[2].sql.maxRows',
    /less than or equal to 1000000/,
  ),
  schema(
    'a rate above the maximum',
    { [`${tools}/1/maxRequestsPerMinute`]: 100_001 },
    'spec.tools[1].maxRequestsPerMinute',
    /less than or equal to 100000/,
  ),
  schema(
    'a negative duration',
    { [`${tools}/1/maxExecutionSeconds`]: -30 },
    'spec.tools[1].maxExecutionSeconds',
    /greater than or equal to 1/,
  ),
  schema(
    'an answer above the maximum',
    { [`${tools}/1/maxResponseSize`]: '2Gi' },
    'spec.tools[1].maxResponseSize',
    /at most 1Gi/,
  ),
  schema(
    'a size that is no quantity',
    { [`${tools}/1/maxResponseSize`]: '10 MB' },
    'spec.tools[1].maxResponseSize',
    /should match/,
  ),
];
