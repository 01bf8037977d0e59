import type { KubeObject } from '../kube/kube-object.ts';
import type { ContainerFields } from '../policy/network-policies/policy-pod.ts';

// What the operator reads of Kubernetes' own kinds; the API server sends more, and the caches keep it.

/** The state of a container, of which one member is set. */
export interface ObservedContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ObservedContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ObservedContainerState;
  readonly lastState?: ObservedContainerState;
}

export type ObservedContainer = ContainerFields & { readonly name: string };

/** Its cache holds nothing else of the spec. */
export interface ObservedPod extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string | undefined;
    readonly hostNetwork?: boolean | undefined;
    readonly terminationGracePeriodSeconds?: number | undefined;
    readonly hostAliases?:
      | readonly { readonly ip?: string; readonly hostnames?: readonly string[] }[]
      | null
      | undefined;
    readonly containers?: readonly ObservedContainer[];
    readonly initContainers?: readonly ObservedContainer[];
  };
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    readonly reason?: string;
    readonly message?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly startTime?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ObservedContainerStatus[];
    readonly containerStatuses?: readonly ObservedContainerStatus[];
  };
}

/** Whether nothing runs in a pod any more. */
export function hasEnded({ status }: ObservedPod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export interface ObservedService extends KubeObject {
  readonly spec?: { readonly clusterIP?: string; readonly clusterIPs?: readonly string[] };
}

/** Any Service of the cluster, as far as it says where it is. */
export interface ObservedClusterService extends KubeObject {
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>> | undefined;
    readonly ports?: readonly ObservedPort[] | null | undefined;
    readonly clusterIPs?: readonly string[] | undefined;
    readonly externalIPs?: readonly string[] | undefined;
  };
  readonly status?: {
    readonly loadBalancer?:
      | { readonly ingress?: readonly { readonly ip?: string }[] | undefined }
      | undefined;
  };
}

export interface ObservedPort {
  readonly name?: string;
  readonly port?: number | null;
  readonly protocol?: string;
}

export interface ObservedEndpointSlice extends KubeObject {
  readonly endpoints?:
    | readonly {
        readonly addresses?: readonly string[] | undefined;
        readonly conditions?: { readonly ready?: boolean } | undefined;
      }[]
    | null
    | undefined;
  readonly ports?: readonly ObservedPort[] | null | undefined;
}

export interface ObservedStatefulSet extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>> & { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

export interface ObservedResourceQuota extends KubeObject {
  readonly spec?: { readonly hard?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>;
    readonly used?: Readonly<Record<string, string>>;
  };
}

export interface ObservedConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** What is read of the ClusterRoleBinding of the gateways. */
export interface ObservedClusterRoleBinding extends KubeObject {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly object[];
}
