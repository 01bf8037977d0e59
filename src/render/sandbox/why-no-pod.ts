import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Violation } from '../../policy/decision.ts';
import { describeDenial } from '../../policy/describe-decision.ts';

/** Why a sandbox has no pod whose author wants none. */
export const STOPPED = 'The sandbox was stopped.';

/** Why a sandbox has no pod yet whose tenant has no gateway. */
export const GATEWAY_UNKNOWN =
  "The gateway of the tenant has no address yet: see the tenant's condition GatewayReady.";

/** Says what the contract has against the pod of a sandbox, as the webhook would. */
export function describeRefusedPod({ metadata }: AgentSandbox, violations: readonly Violation[]): string {
  const subject = `pod "${metadata.name}" in namespace "${metadata.namespace ?? ''}"`;
  return describeDenial(subject, { effect: 'Deny', reason: 'ContractViolated', violations });
}
