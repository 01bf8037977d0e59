import { orThrow } from '../run-command.ts';
import { describeUnreadyPods } from './describe-pods.ts';
import type { StartedNode } from './start-node.ts';

/** A pod of the test image. */
export interface TestPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What its container runs; it sleeps unless set. */
  readonly command?: readonly string[];
  readonly seccompProfile?: object;
  /** Further fields of the pod's spec. */
  readonly spec?: object;
}

/** The pod as an object: user 1001, no capabilities, read-only root. */
export function testPod(image: string, pod: TestPod): object {
  const { namespace, name, labels = {}, command = ['sleep', 'infinity'], spec = {} } = pod;
  const { seccompProfile = { type: 'RuntimeDefault' } } = pod;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['127.0.0.1'] },
      securityContext: { runAsNonRoot: true, runAsUser: 1001, runAsGroup: 1001, seccompProfile },
      containers: [
        {
          name: 'main',
          image,
          imagePullPolicy: 'Never',
          command,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } }],
      ...spec,
    },
  };
}

/** Starts the pods and resolves when all are ready. */
export async function startPods(node: StartedNode, pods: readonly TestPod[]): Promise<void> {
  await node.apply(pods.map((pod) => testPod(node.testImage, pod)));
  for (const { namespace, name } of pods) {
    const wait = [
      'wait',
      '--for=condition=Ready',
      '--timeout=60s',
      `--namespace=${namespace}`,
      `pod/${name}`,
    ];
    const { code } = await node.kubectl(wait);
    if (code !== 0) throw new Error(await describeUnreadyPods(node, namespace));
  }
}

/** The pod's address. */
export async function podAddress(node: StartedNode, namespace: string, name: string): Promise<string> {
  const get = ['get', 'pod', name, `--namespace=${namespace}`, '--output=jsonpath={.status.podIP}'];
  return (await orThrow(`pod ${namespace}/${name}`, node.kubectl(get))).stdout;
}

/** Tells whether a TCP connection from the pod is accepted within two seconds. */
export async function canConnect(
  node: StartedNode,
  pod: { readonly namespace: string; readonly pod: string },
  address: string,
  port: number,
): Promise<boolean> {
  const command = ['nc', '-w', '2', address, String(port), '-e', '/bin/true'];
  return (await node.exec(pod, command)).code === 0;
}
