import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/operator/agent-sandbox/decide.ts';
import type { NetworkPolicy } from '../../../src/policy/network-policies/network-policy.ts';
import {
  agentEnded,
  at,
  gateEnded,
  nextStatus,
  PASSED,
  podIn,
  POLICIES,
  RUNNING,
  world,
  type WorldChange,
} from './sandbox-world.ts';

const FOUND_OPEN = gateEnded(1, { format: 1, passed: false, closed: 3, open: ['api 10.96.0.1:443/TCP'] });
const OPENING: NetworkPolicy = {
  metadata: { name: 'older', namespace: 'acme-agents' },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
};
const opened: WorldChange = { networkPolicies: [...POLICIES, OPENING] };
const unjudged: WorldChange = {
  otherPolicies: () => [{ kind: 'CiliumNetworkPolicy.cilium.io', namespace: 'acme-agents', name: 'wide' }],
};

function egressOf(status: Parameters<typeof podIn>[1] | null, change: WorldChange = {}) {
  const of = world(change);
  return decide(status === null ? of : { ...of, pod: podIn(world(), status) }).report.egressClosed;
}

describe('EgressClosed', () => {
  test.for<readonly [string, Parameters<typeof podIn>[1] | null, WorldChange, string]>([
    ['is true where gate and policies say so', PASSED, {}, 'True/Closed'],
    ['is not proven without a pod', null, {}, 'Unknown/NotProven'],
    ['is not proven by policies alone', {}, {}, 'Unknown/NotProven'],
    [
      'is not proven by a gate alone, where nobody says what is to be closed',
      PASSED,
      { tenant: null },
      'Unknown/NotProven',
    ],
    ['is false by a policy before the gate has reported', {}, opened, 'False/OpenedBy'],
    ['is false by a policy although the gate has passed', RUNNING, opened, 'False/OpenedBy'],
    ['is false by what the gate found', FOUND_OPEN, {}, 'False/FoundOpen'],
    ['is false by a policy before what the gate found', FOUND_OPEN, opened, 'False/OpenedBy'],
    [
      'is false by a policy, whatever another API says',
      RUNNING,
      { ...opened, ...unjudged },
      'False/OpenedBy',
    ],
    ['is false by what the gate found, whatever another API says', FOUND_OPEN, unjudged, 'False/FoundOpen'],
    ['is not known where another API may open the pod', RUNNING, unjudged, 'Unknown/OtherPolicyEngine'],
    ['is false where no policy closes the namespace', RUNNING, { networkPolicies: [] }, 'False/OpenedBy'],
    [
      'is false by a policy when the pod ends',
      agentEnded(0),
      { ...opened, spec: { restartPolicy: 'Never' } },
      'False/OpenedBy',
    ],
  ])('%s', ([, pod, change, wanted]) => {
    const { status, reason } = egressOf(pod, change);
    expect(`${status}/${reason}`).toBe(wanted);
  });

  test('names both witnesses of an open network', () => {
    const { message } = egressOf(FOUND_OPEN, opened);
    expect(message).toContain('NetworkPolicy "older" in namespace "acme-agents" opens');
    expect(message).toContain('The start gate reached what must be closed: api 10.96.0.1:443/TCP.');
  });

  test('stays as it was when the task ended', () => {
    const of = world({ ...opened, status: { endTime: at(0) } });
    const pod = podIn(of, agentEnded(0));
    const before = nextStatus({ ...of, pod });
    const status = { ...before, endTime: at(0) };
    expect(egressOf(agentEnded(0), { status })).toMatchObject({ status: 'False', reason: 'OpenedBy' });
  });
});
