import { judgeEgress, type EgressFacts } from '../../../src/policy/network-policies/judge-egress.ts';
import type { NetworkPolicy } from '../../../src/policy/network-policies/network-policy.ts';
import {
  buildAllowGateway,
  buildPolicyPod,
  defaultDeny,
  GATEWAY_LABELS,
} from '../../build/network-policy.ts';

/** What the operator writes in an enrolled namespace of tenant acme. */
export const OURS: readonly NetworkPolicy[] = [defaultDeny, buildAllowGateway()];

/** Judges a pod of tenant acme under these policies. */
export const judge = (policies: readonly NetworkPolicy[], changes: Partial<EgressFacts> = {}) =>
  judgeEgress({
    pod: buildPolicyPod(),
    policies,
    gateway: { tenant: 'acme', podLabels: GATEWAY_LABELS },
    otherPolicies: [],
    ...changes,
  });
