/** A NetworkPolicy (networking.k8s.io/v1) as the API server returns it. Any field may be missing. */
export interface NetworkPolicy {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: NetworkPolicySpec;
}

export interface NetworkPolicySpec {
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly IngressRule[];
  readonly egress?: readonly EgressRule[];
}

export interface EgressRule {
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

export interface IngressRule {
  readonly from?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  readonly protocol?: string;
  /** A number, or the name of a container port. */
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

/** What of a pod policies look at. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Ports of its containers, by which rules name ports. */
  readonly ports: readonly ContainerPort[];
  /** Policies do not hold on the network of the node. */
  readonly hostNetwork: boolean;
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  /** If not set: TCP. */
  readonly protocol?: string;
}

/** One end of a connection. */
export interface Endpoint {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** Null for an address that no pod of the cluster has. */
  readonly pod: PolicyPod | null;
}

/** A connection that is asked about. */
export interface Connection {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** Port of the destination. */
  readonly port: number;
  readonly protocol: Protocol;
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** What a policy is about. */
export type Direction = 'Ingress' | 'Egress';

/**
 * Whether a selector matches. `Unknown` where it holds what the validation of the API server rejects: an object that is older
 * than a rule of it, or newer than this code.
 */
export type Match = 'Yes' | 'No' | 'Unknown';
