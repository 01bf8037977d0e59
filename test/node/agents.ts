import { basename, dirname } from 'node:path';
import type { AgentRole } from '../../src/api/agent-role.ts';
import { CERTIFICATE_AUTHORITY, GATEWAY, LABEL } from '../../src/api/names.ts';
import { buildContainer, buildPod, type Writable, type WritablePod } from '../build/pod.ts';
import { minimalAgentRole } from '../build/agent-role.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';
import { orThrow } from '../testbed/run-command.ts';

/** Where the images of agents come from. */
export const AGENT_IMAGES = 'testbed.example.com';

/** Small enough that twenty pods fit on a node of two cores. */
const LIMITS = { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' };

/**
 * A role that may read `/data/reports` but not what is private there, without a start gate, and may connect to port 443 of these
 * hosts.
 */
export function agentRole(
  name: string,
  sandbox: Partial<Writable<AgentRole['spec']['sandbox']>> = {},
  hosts: readonly string[] = [],
): object {
  const reads = { argument: '/path', allow: ['/data/reports'], deny: ['/data/reports/private'] };
  return {
    ...minimalAgentRole,
    metadata: { name },
    spec: {
      tools: [
        {
          name: 'read_file',
          executor: 'Agent',
          capabilities: ['file:read'],
          paths: [reads],
          confirmation: { when: 'Never' },
        },
      ],
      network: { allow: hosts.map((host) => ({ host })) },
      sandbox: {
        ...minimalAgentRole.spec.sandbox,
        images: [{ repository: `${AGENT_IMAGES}/*` }],
        userNamespace: 'Preferred',
        startGate: 'None',
        ...sandbox,
      },
    },
  };
}

/** Enough for all the sandboxes of a test. */
const QUOTA = { sandboxes: 100, hard: { 'requests.cpu': '20', 'requests.memory': '40Gi' } };

/** A tenant of one namespace, whose agents may have these roles. */
export function tenant(name: string, namespace: string, roles: readonly string[]): object {
  const { spec } = minimalTenantIsolation;
  return {
    ...minimalTenantIsolation,
    metadata: { name },
    spec: {
      ...spec,
      namespaces: [{ ...spec.namespaces[0], name: namespace, quota: QUOTA }],
      roles: { allowed: roles, default: roles[0] },
    },
  };
}

/**
 * Applies the roles, the tenant and a ServiceAccount for its agents, and resolves when the namespace is enrolled, with the
 * addresses of the tenant's gateway.
 */
export async function enrol(
  node: StartedNode,
  { name, namespace, roles }: { name: string; namespace: string; roles: readonly object[] },
): Promise<readonly string[]> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'agent', namespace } };
  await node.apply([...roles, account]);
  const names = roles.map((role) => (role as { metadata: { name: string } }).metadata.name);
  await node.apply([tenant(name, namespace, names)]);
  const tenantOf = (...words: string[]) =>
    orThrow(`enrolling ${namespace}`, node.kubectl([...words, `tenantisolation/${name}`]));
  await tenantOf('wait', '--for=condition=NamespacesEnrolled', '--timeout=60s');
  await tenantOf('wait', '--for=jsonpath={.status.gateway.clusterIPs}', '--timeout=60s');
  const { stdout } = await tenantOf('get', '--output=jsonpath={.status.gateway.clusterIPs}');
  return JSON.parse(stdout) as string[];
}

/** What makes an agent's pod. */
export interface AgentPod {
  readonly namespace: string;
  readonly name: string;
  readonly role: string;
  readonly image: string;
  /** What `enrol` gave. */
  readonly gatewayAddresses: readonly string[];
  readonly command?: readonly string[];
  /** 64Mi unless set. */
  readonly memory?: string;
  /** `Never` unless set. */
  readonly restartPolicy?: 'Never' | 'Always';
  readonly tweak?: (pod: WritablePod) => void;
}

/** A pod that meets the contract of a role of {@link agentRole}. */
export function agentPod(wanted: AgentPod): WritablePod {
  const { namespace, name, role, image, gatewayAddresses, command } = wanted;
  const { memory = LIMITS.memory, restartPolicy = 'Never', tweak } = wanted;
  const hostAliases = gatewayAddresses.map((ip) => ({ ip, hostnames: [GATEWAY.name] }));
  return buildPod((pod) => {
    pod.metadata = { name, namespace, labels: { [LABEL.role]: role } };
    const container = buildContainer('agent', image);
    container.resources = { limits: { ...LIMITS, memory }, requests: { cpu: '10m' } };
    container.volumeMounts = [{ name: 'tmp', mountPath: '/tmp' }];
    if (command !== undefined) container.command = [...command];
    const { initContainers: _gate, hostUsers: _host, ...spec } = pod.spec;
    const changed = { ...spec, hostAliases, restartPolicy, containers: [container] };
    pod.spec = changed as unknown as WritablePod['spec'];
    tweak?.(pod);
  });
}

/** The file of the token of {@link withGatewayToken}. */
export const TOKEN_FILE = '/var/run/secrets/cloister/token';

/** Gives a pod a token for the gateway, and its certificate authority. */
export function withGatewayToken({ spec }: WritablePod): void {
  const { configMap, key, volume, mountPath } = CERTIFICATE_AUTHORITY;
  const [container] = spec.containers;
  const serviceAccountToken = {
    audience: GATEWAY.audience,
    path: basename(TOKEN_FILE),
    expirationSeconds: 600,
  };
  container.env = [
    { name: 'HTTPS_PROXY', value: `http://${GATEWAY.name}:${GATEWAY.proxyPort}` },
    { name: 'NODE_EXTRA_CA_CERTS', value: `${mountPath}/${key}` },
  ];
  container.volumeMounts?.push(
    { name: volume, mountPath, readOnly: true },
    { name: 'gateway-token', mountPath: dirname(TOKEN_FILE), readOnly: true },
  );
  spec.volumes?.push(
    { name: volume, configMap: { name: configMap } },
    { name: 'gateway-token', projected: { sources: [{ serviceAccountToken }] } },
  );
}
