/**
 * The entry `cloister/policy`: the decisions of the gateway for other programs. Everything is pure but for `loadSqlParser`,
 * which loads PostgreSQL's parser once.
 */
export type { AgentRole } from '../api/agent-role.ts';
export { loadSqlParser, type SqlParser } from '../lib/sql-parser.ts';
export { parseStrictJson, type StrictJson } from '../lib/strict-json.ts';
export { type IPBlock, parseIPBlock } from '../lib/ip-block.ts';
export type { Decision, Violation } from './decision.ts';
export { type AddressClass, classifyAddress } from './egress/classify-address.ts';
export { decideAddresses } from './egress/decide-addresses.ts';
export { type ConnectDecision, decideConnect } from './egress/decide-connect.ts';
export { matchesHost } from './egress/match-host.ts';
export { type ParsedHost, parseHost } from './egress/parse-host.ts';
export { type Reason, REASONS } from './reasons.ts';
export { type ReadRole, readAgentRole } from './roles/read-agent-role.ts';
export type { CallDecision, EnforcementLevel } from './tools/call-decision.ts';
export type { CallPolicy, Narrow } from './tools/call-policy.ts';
export { compileCallPolicy } from './tools/compile-tools.ts';
export { decideCall, type Purpose, type ToolCall } from './tools/decide-call.ts';
export { decideFetch, type FetchCall, type FetchDecision, type FetchRequest } from './tools/decide-fetch.ts';
export { decideFetchCall } from './tools/decide-fetch-call.ts';
export { decideSqlCall, type SqlCallDecision, type SqlRequest } from './tools/decide-sql-call.ts';
