import type { FixContext } from '../admission/check.ts';
import { GATEWAY, LABEL, PROXY_SECRET } from '../../api/names.ts';
import type { Container, EnvironmentVariable, Pod, PodSpec } from '../pod/pod.ts';
import { changeContainers, changeSpec } from '../pod/change-pod.ts';
import { isStartGate } from '../admission/checks/start-gate.ts';

/** What is known when a pod is hardened. */
export interface HardenContext extends FixContext {
  /** Addresses of the tenant's gateway; empty where they are not known. */
  readonly gatewayAddresses: readonly string[];
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}

const PROXY_URL = `http://agent:$(${PROXY_SECRET.environmentVariable})@${GATEWAY.name}:${GATEWAY.proxyPort}`;
const PROXY: readonly EnvironmentVariable[] = [
  { name: 'HTTPS_PROXY', value: PROXY_URL },
  { name: 'HTTP_PROXY', value: PROXY_URL },
  { name: 'NO_PROXY', value: `localhost,127.0.0.1,${GATEWAY.name}` },
];

/**
 * Fills in what the author of a pod cannot know: the label of its role, where the gateway is, and how to be let through
 * it. A pod that has all of that is given back as it is.
 */
export function wirePod(pod: Pod, context: HardenContext): Pod {
  return wireContainers(wireGateway(labelRole(pod, context), context), context);
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

function wireGateway(pod: Pod, { gatewayAddresses }: HardenContext): Pod {
  const aliases = pod.spec?.hostAliases ?? [];
  const present = aliases.filter(({ hostnames }) => hostnames?.includes(GATEWAY.name));
  const isRight =
    present.length === gatewayAddresses.length &&
    present.every(({ ip }) => gatewayAddresses.includes(ip ?? ''));
  if (gatewayAddresses.length === 0 || isRight) return pod;
  const others = aliases.flatMap((alias) => withoutGateway(alias));
  const hostAliases = [...others, ...gatewayAddresses.map((ip) => ({ ip, hostnames: [GATEWAY.name] }))];
  return changeSpec(pod, (spec) => ({ ...spec, hostAliases }));
}

type HostAlias = NonNullable<PodSpec['hostAliases']>[number];

function withoutGateway(alias: HostAlias): readonly HostAlias[] {
  if (!alias.hostnames?.includes(GATEWAY.name)) return [alias];
  const hostnames = alias.hostnames.filter((name) => name !== GATEWAY.name);
  return hostnames.length === 0 ? [] : [{ ...alias, hostnames }];
}

function wireContainers(pod: Pod, context: HardenContext): Pod {
  return changeContainers(pod, (container, position) => {
    if (position === 'EphemeralContainer' || isStartGate(container, context)) return container;
    const env = wireEnvironment(container, context.role.name);
    return env === null ? container : { ...container, env };
  });
}

/** The environment with the proxy secret first, because later variables refer to it; null where nothing is missing. */
function wireEnvironment(container: Container, role: string): readonly EnvironmentVariable[] | null {
  const env = container.env ?? [];
  const names = env.map(({ name }) => name?.toUpperCase());
  const secret = env.find(({ name }) => name === PROXY_SECRET.environmentVariable);
  const missing = names.includes('HTTPS_PROXY') ? [] : PROXY.filter(({ name }) => !names.includes(name));
  if (missing.length === 0 && secret !== undefined && secret === env[0]) return null;
  const first = secret ?? {
    name: PROXY_SECRET.environmentVariable,
    valueFrom: { secretKeyRef: { name: `${PROXY_SECRET.rolePrefix}${role}`, key: PROXY_SECRET.key } },
  };
  return [first, ...missing, ...env.filter((variable) => variable !== secret)];
}
