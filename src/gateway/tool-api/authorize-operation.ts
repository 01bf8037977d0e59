import type { AuditRecordInput } from '../../audit/audit-record-input.ts';
import { decideCall, type ToolCall } from '../../policy/tools/decide-call.ts';
import type { Caller } from '../identity/caller.ts';
import type { Operation } from '../pipeline/call.ts';
import type { ReadToolCall } from './read-tool-call.ts';

/** Explains what would be decided about a call of a tool. It grants nothing: what the gateway carries is decided again. */
export function createAuthorizeOperation(read: ReadToolCall): Operation {
  let caller: Caller | null = null;
  return {
    event: 'Authorize',
    ...readOf(read),
    authorize: (by) => {
      caller = by;
      return decideCall(by.policy, callOf(read), by.narrow, 'Explain');
    },
    firstEgressBytes: () => 0,
    takeRoom: () => null,
    resolve: () => null,
    dispatch: null,
    describe: () => describeToolCall(read, caller),
  };
}

/** What an operation about a tool says of its call. */
export function readOf(read: ReadToolCall): Pick<Operation, 'tool' | 'malformed' | 'isReadable'> {
  if ('problem' in read) return { tool: null, malformed: read.problem, isReadable: true };
  return { tool: read.call.tool, malformed: null, isReadable: true };
}

/** The call; asked for only where it could be read. */
export function callOf(read: ReadToolCall): ToolCall {
  if ('problem' in read) throw new Error('the call could not be read');
  return read.call;
}

/** The tool, and its arguments as the role says. */
export function describeToolCall(
  read: ReadToolCall,
  caller: Caller | null,
): Pick<AuditRecordInput, 'operation' | 'arguments'> {
  if ('problem' in read) return {};
  const { tool, arguments: value } = read.call;
  if (caller === null) return { operation: tool };
  return { operation: tool, arguments: { recorded: caller.auditSettings.arguments, value } };
}
