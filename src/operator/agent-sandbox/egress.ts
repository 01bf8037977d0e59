import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { listFirst } from '../../lib/list-first.ts';
import type { GateVerdict } from './gate-verdict.ts';

const MAX_LISTED = 16;

/**
 * Returns the condition `EgressClosed` from what the start gate of the pod says; `verdict` is null where there is no pod. What
 * the gate of an earlier pod found open is said until another has reported, and what is said at the end stays.
 */
export function egressCondition({ status }: AgentSandbox, verdict: GateVerdict | null): ConditionState {
  const before = status?.conditions?.find(({ type }) => type === 'EgressClosed');
  const isFailure = before?.reason === 'FoundOpen' || before?.reason === 'GateFailed';
  const stays = verdict === null ? isFailure || status?.endTime !== undefined : isFailure;
  const isUnreported = verdict === null || verdict.state === 'Pending';
  if (isUnreported && stays && before !== undefined) {
    return condition(before.status, before.reason, before.message);
  }
  return verdict === null ? condition('Unknown', 'NotProven', 'No pod runs.') : describe(verdict);
}

function describe(verdict: GateVerdict): ConditionState {
  if (verdict.state === 'Absent') {
    return condition('Unknown', 'NotProven', 'The role has no start gate, so nothing is proven.');
  }
  if (verdict.state === 'Pending') {
    return condition('Unknown', 'NotProven', 'The start gate has not reported.');
  }
  if (verdict.state === 'Failed') {
    return condition('Unknown', 'GateFailed', `The start gate could not find out: ${verdict.problem}.`);
  }
  if (verdict.state === 'FoundOpen') {
    const open = `The start gate reached what must be closed: ${listFirst(verdict.open, MAX_LISTED)}.`;
    const advice =
      'Check that the CNI of the node enforces NetworkPolicies, and that no policy lets the pod out.';
    return condition('False', 'FoundOpen', `${open} ${advice}`);
  }
  const { closed, openNodePorts } = verdict;
  const found = `The start gate found ${closed} targets closed and reached the gateway.`;
  const accepted =
    openNodePorts.length === 0
      ? ''
      : ` Ports of its own node are open, which this installation accepts: ${listFirst(openNodePorts, MAX_LISTED)}.`;
  return condition('True', 'Closed', `${found}${accepted}`);
}

function condition(status: ConditionState['status'], reason: string, message: string): ConditionState {
  return { type: 'EgressClosed', status, reason, message };
}
