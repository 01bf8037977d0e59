import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';

/** The status of a pod as a kubelet writes it. */
export interface PodStatus {
  readonly phase?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly hostIP?: string;
  readonly hostIPs?: readonly { readonly ip: string }[];
}

/** A pod's name and how it differs from one that runs on the node 192.0.2.10. */
export interface WrittenPod {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
  readonly status?: PodStatus;
}

const NODE_ADDRESS = '192.0.2.10';

/** Creates a pod on a node that does not exist, and writes its status. */
export async function createPod(client: KubeClient, pod: WrittenPod): Promise<void> {
  const { namespace, name, address, labels = {}, hostNetwork = false } = pod;
  const spec = {
    nodeName: 'node-1',
    hostNetwork,
    automountServiceAccountToken: false,
    containers: [{ name: 'agent', image: 'packages.example.com/agent' }],
  };
  await client.create(resources.pods, { metadata: { namespace, name, labels }, spec } as KubeObject);
  await writeStatus(client, pod, {
    phase: 'Running',
    podIPs: [{ ip: address }],
    hostIP: NODE_ADDRESS,
    hostIPs: [{ ip: NODE_ADDRESS }],
    ...pod.status,
  });
}

/** Writes fields of a pod's status. */
export async function writeStatus(
  client: KubeClient,
  { namespace, name }: Pick<WrittenPod, 'namespace' | 'name'>,
  status: PodStatus,
): Promise<void> {
  const { metadata } = await client.get(resources.pods, { namespace, name });
  const podIP = status.podIPs?.[0]?.ip;
  const whole = { ...status, ...(podIP === undefined ? {} : { podIP }) };
  await client.patch(
    resources.pods,
    { namespace, name },
    { status: whole },
    { subresource: 'status', resourceVersion: metadata.resourceVersion ?? '' },
  );
}
