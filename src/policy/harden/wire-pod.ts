import type { FixContext } from '../admission/check.ts';
import { GATEWAY, LABEL, PROXY_SECRET } from '../../api/names.ts';
import { isStartGate } from '../admission/checks/start-gate.ts';
import { changeContainers } from '../pod/change-pod.ts';
import { hasCertificates, mountCertificates } from '../pod/mount-certificates.ts';
import type { Pod } from '../pod/pod.ts';
import { wireEnvironment } from './wire-environment.ts';

/** What is known when a pod is hardened. */
export interface HardenContext extends FixContext {
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}

/**
 * Fills in what the author of a pod cannot know: the label of its role, the certificates of the gateway, how to be let
 * through it, and where it has the upstreams of the role. Where the gateway is, the check `gateway-aliases` fills in. A pod that has all of that is given back as it is.
 */
export function wirePod(pod: Pod, context: HardenContext): Pod {
  const labelled = labelRole(pod, context);
  const trusting = mountCertificates(
    labelled,
    // A start gate that mounts something else is for its check to repair.
    (container) => isStartGate(container, context) && (container.volumeMounts ?? []).length > 0,
  );
  return wireContainers(trusting, context);
}

/** Whether the pod can find the gateway; it has no DNS. */
export function knowsGateway(pod: Pod): boolean {
  return (pod.spec?.hostAliases ?? []).some(({ hostnames }) => hostnames?.includes(GATEWAY.name));
}

function labelRole(pod: Pod, { role }: HardenContext): Pod {
  if (pod.metadata?.labels?.[LABEL.role] === role.name) return pod;
  const labels = { ...pod.metadata?.labels, [LABEL.role]: role.name };
  return { ...pod, metadata: { ...pod.metadata, labels } };
}

function wireContainers(pod: Pod, context: HardenContext): Pod {
  const secret = proxySecretOf(pod, context);
  return changeContainers(pod, (container, position) => {
    if (position === 'EphemeralContainer' || isStartGate(container, context)) return container;
    const { environments } = context.role;
    const wiring = { secret, hasCertificates: hasCertificates(pod, container), environments };
    const env = wireEnvironment(container.env ?? [], wiring);
    return env === null ? container : { ...container, env };
  });
}

/** The Secret of the sandbox where the operator says whose pod it is; nobody else may, and has that of the role. */
function proxySecretOf({ metadata }: Pod, { role, review }: HardenContext): string {
  const sandbox = metadata?.labels?.[LABEL.sandbox];
  const isOperator = review.user !== null && review.user.name === review.configuration.operatorUser;
  return isOperator && sandbox !== undefined
    ? `${PROXY_SECRET.sandboxPrefix}${sandbox}`
    : `${PROXY_SECRET.rolePrefix}${role.name}`;
}
