import type { FixContext } from '../admission/check.ts';
import { GATEWAY, LABEL, PROXY_SECRET } from '../../api/names.ts';
import type { Container, EnvironmentVariable, Pod } from '../pod/pod.ts';
import { changeContainers } from '../pod/change-pod.ts';
import { isProxySecret } from '../admission/checks/environment-secrets.ts';
import { isStartGate } from '../admission/checks/start-gate.ts';

/** What is known when a pod is hardened. */
export interface HardenContext extends FixContext {
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}

/** What every program in the pod has to use as its proxy. */
export const PROXY_URL = `http://agent:$(${PROXY_SECRET.environmentVariable})@${GATEWAY.name}:${GATEWAY.proxyPort}`;
const PROXY: readonly EnvironmentVariable[] = [
  { name: 'HTTPS_PROXY', value: PROXY_URL },
  { name: 'HTTP_PROXY', value: PROXY_URL },
  { name: 'NO_PROXY', value: `localhost,127.0.0.1,${GATEWAY.name}` },
];

/**
 * Fills in what the author of a pod cannot know: the label of its role, and how to be let through the gateway.
 * Where that is, the check `gateway-aliases` fills in. A pod that has all of that is given back as it is.
 */
export function wirePod(pod: Pod, context: HardenContext): Pod {
  return wireContainers(labelRole(pod, context), context);
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
  return changeContainers(pod, (container, position) => {
    if (position === 'EphemeralContainer' || isStartGate(container, context)) return container;
    const env = wireEnvironment(container, context.role.name);
    return env === null ? container : { ...container, env };
  });
}

/**
 * The environment with the proxy secret of the role first, because later variables refer to it; null where nothing is
 * missing. One from elsewhere proves another identity, so it is replaced.
 */
function wireEnvironment(container: Container, role: string): readonly EnvironmentVariable[] | null {
  const env = container.env ?? [];
  const names = env.map(({ name }) => name?.toUpperCase());
  const secret = `${PROXY_SECRET.rolePrefix}${role}`;
  const others = env.filter(({ name }) => name !== PROXY_SECRET.environmentVariable);
  const missing = names.includes('HTTPS_PROXY') ? [] : PROXY.filter(({ name }) => !names.includes(name));
  const [first] = env;
  const isFirst = first !== undefined && isProxySecret(first, secret);
  if (missing.length === 0 && isFirst && others.length === env.length - 1) return null;
  const own: EnvironmentVariable = {
    name: PROXY_SECRET.environmentVariable,
    valueFrom: { secretKeyRef: { name: secret, key: PROXY_SECRET.key } },
  };
  return [env.find((variable) => isProxySecret(variable, secret)) ?? own, ...missing, ...others];
}
