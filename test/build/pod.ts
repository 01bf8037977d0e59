import type { Container, Pod, PodSpec } from '../../src/policy/pod/pod.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const START_GATE_DIGEST = `sha256:${'5a'.repeat(32)}`;

/** Turns a deeply readonly value into one that a tweak may write to. */
export type Writable<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

export type WritablePod = Omit<Writable<Pod>, 'spec' | 'metadata'> & {
  apiVersion: 'v1';
  kind: 'Pod';
  metadata: Writable<NonNullable<Pod['metadata']>> & { labels: Record<string, string> };
  spec: Omit<Writable<PodSpec>, 'containers' | 'initContainers'> & {
    containers: [Writable<Container>, ...Writable<Container>[]];
    initContainers: [Writable<Container>, ...Writable<Container>[]];
  };
};

const LIMITS = { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '256Mi' };

/** A pod that the whole contract admits under `buildRolePolicy()` and `buildTenantPolicy()`, changed by `tweak`. */
export function buildPod(tweak: (pod: WritablePod) => void = () => {}): WritablePod {
  const pod: WritablePod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'agent', namespace: 'acme-agents', labels: { 'cloister.dev/role': 'data-analyst' } },
    spec: {
      os: { name: 'linux' },
      serviceAccountName: 'agent',
      automountServiceAccountToken: false,
      hostUsers: false,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['127.0.0.1'] },
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      activeDeadlineSeconds: 3600,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      initContainers: [buildContainer('start-gate', `ghcr.io/cloister/start-gate@${START_GATE_DIGEST}`)],
      containers: [agentContainer()],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
    },
  };
  tweak(pod);
  return pod;
}

/** Has the agent prove to the gateway that it is who that Secret belongs to, and nothing else. */
export function takeProxySecret({ spec }: WritablePod, secret: string): void {
  const secretKeyRef = { name: secret, key: 'secret' };
  spec.containers[0].env = [{ name: 'CLOISTER_PROXY_SECRET', valueFrom: { secretKeyRef } }];
}

/** Gives a pod that role, with its secret. */
export function takeRole(pod: WritablePod, role: string): void {
  pod.metadata.labels['cloister.dev/role'] = role;
  takeProxySecret(pod, `cloister-proxy-r-${role}`);
}

/** Makes a pod that of a sandbox, with its secret. */
export function takeSandbox(pod: WritablePod, sandbox: string): void {
  pod.metadata.labels['cloister.dev/sandbox'] = sandbox;
  takeProxySecret(pod, `cloister-proxy-s-${sandbox}`);
}

function agentContainer(): Writable<Container> {
  return {
    ...buildContainer('agent', `ghcr.io/acme/hermes@${DIGEST}`),
    env: [
      {
        name: 'CLOISTER_PROXY_SECRET',
        valueFrom: { secretKeyRef: { name: 'cloister-proxy-r-data-analyst', key: 'secret' } },
      },
      { name: 'HTTPS_PROXY', value: 'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128' },
    ],
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

/** A container that the whole contract admits, but for its place in the pod. */
export function buildContainer(name: string, image = `ghcr.io/acme/${name}@${DIGEST}`): Writable<Container> {
  return {
    name,
    image,
    resources: { limits: { ...LIMITS }, requests: { ...LIMITS } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** An ephemeral container that the context-free contract admits; the API server lets it carry no resources. */
export function buildEphemeralContainer(
  tweak: (container: Writable<Container>) => void = () => {},
): Writable<Container> {
  const { resources: _resources, ...container } = buildContainer('debugger');
  tweak(container);
  return container;
}
