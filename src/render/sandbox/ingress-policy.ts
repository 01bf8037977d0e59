import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { INGRESS_POLICY_PREFIX, LABEL } from '../../api/names.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import { NOT_CONTAINED } from '../tenant/allow-gateway.ts';
import { ownedMetadata } from './owned-metadata.ts';

/** Returns the name of the NetworkPolicy by which a sandbox may be called. */
export function ingressPolicyName(sandbox: string): string {
  return `${INGRESS_POLICY_PREFIX}${sandbox}`;
}

/**
 * Lets those in whom the role allows, on the ports that the sandbox listens on; null where nobody may call it. It opens nothing
 * while a quarantine holds the pod.
 */
export function ingressPolicy(sandbox: AgentSandbox, role: RolePolicy) {
  const ingress = sandbox.spec.ports.flatMap((port) => {
    const callers = role.ingress.get(port);
    return callers === undefined ? [] : [{ from: callers, ports: [{ protocol: 'TCP', port }] }];
  });
  if (ingress.length === 0) return null;
  const podSelector = { ...NOT_CONTAINED, matchLabels: { [LABEL.sandbox]: sandbox.metadata.name } };
  return {
    metadata: ownedMetadata(sandbox, ingressPolicyName(sandbox.metadata.name)),
    spec: { podSelector, policyTypes: ['Ingress'], ingress },
  };
}

export type IngressPolicy = NonNullable<ReturnType<typeof ingressPolicy>>;
