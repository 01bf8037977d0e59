import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { listFirst } from '../../lib/list-first.ts';
import type { EgressJudgement } from '../../policy/network-policies/judge-egress.ts';
import type { GateVerdict } from './gate-verdict.ts';

/** What two witnesses say of the network of a sandbox's pod. */
export interface EgressEvidence {
  /** What its start gate found when it started; null where there is no pod. */
  readonly verdict: GateVerdict | null;
  /** What the policies say that are there now; null where there is no pod, or no tenant whose gateway it may reach. */
  readonly judgement: EgressJudgement | null;
}

const MAX_LISTED = 16;

/**
 * Returns the condition `EgressClosed`. A policy that opens the pod now is said before anything else, then what the start gate
 * found open; `True` takes both witnesses. What the gate of an earlier pod found open is said until another has reported, and
 * what is said at the end stays.
 */
export function egressCondition(
  sandbox: AgentSandbox,
  { verdict, judgement }: EgressEvidence,
): ConditionState {
  const { status: { endTime, conditions } = {} } = sandbox;
  const before = conditions?.find(({ type }) => type === 'EgressClosed');
  if (endTime !== undefined && before !== undefined) {
    return condition(before.status, before.reason, before.message);
  }
  const gate = gateCondition(before, verdict);
  if (judgement === null) return gate.reason === 'Closed' ? NOT_JUDGED : gate;
  const { status, reason, message } = judgement;
  const isFound = gate.reason === 'FoundOpen' || gate.reason === 'GateFailed';
  if (reason === 'OpenedBy') {
    return condition(status, reason, gate.reason === 'FoundOpen' ? `${message} ${gate.message}` : message);
  }
  if (isFound) return gate;
  if (reason === 'OtherPolicyEngine') return condition(status, reason, message);
  return { ...gate, message: `${message} ${gate.message}` };
}

const NOT_JUDGED = condition(
  'Unknown',
  'NotProven',
  'The namespace belongs to no tenant, so its policies are not judged.',
);

function gateCondition(before: ConditionState | undefined, verdict: GateVerdict | null): ConditionState {
  const isFailure = before?.reason === 'FoundOpen' || before?.reason === 'GateFailed';
  const isUnreported = verdict === null || verdict.state === 'Pending';
  if (isUnreported && isFailure) return condition(before.status, before.reason, before.message);
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
    return condition(
      'Unknown',
      'GateFailed',
      endSentence(`The start gate could not find out: ${verdict.problem}`),
    );
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
