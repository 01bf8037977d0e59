import type { SDKEnvironment } from '../upstreams/sdk-environment.ts';
import type { ToolLimits } from './compile-tool-limits.ts';
import type { ImagePattern } from './image-pattern.ts';

/** Ways in which people may reach into a running pod. */
export type Access = 'Exec' | 'Attach' | 'PortForward' | 'Proxy' | 'Debug';

/**
 * What the contract needs of an AgentRole, compiled once when the role is seen, so that evaluating a pod parses nothing.
 * An absent allow-list is empty here, and an empty one allows nothing.
 */
export interface RolePolicy {
  readonly name: string;
  readonly images: readonly ImagePattern[];
  /** Ceilings by resource name in nano-units (`parseQuantity`); a resource that is not listed may not be asked for. */
  readonly limits: ReadonlyMap<string, bigint>;
  /** The limits as written, for messages. */
  readonly limitTexts: ReadonlyMap<string, string>;
  readonly runAsUser: number | null;
  /** `RuntimeDefault`, or the name of a profile that Cloister installs. */
  readonly seccompProfile: string;
  readonly runtimeClassName: string | null;
  readonly userNamespace: 'Required' | 'Preferred';
  readonly startGate: 'Required' | 'None';
  readonly maxLifetimeSeconds: number;
  readonly allowedAccess: ReadonlySet<Access>;
  /** Absolute canonical paths that volumes may be mounted at or under, for reading. */
  readonly readablePaths: readonly string[];
  /** The same, for writing. */
  readonly writablePaths: readonly string[];
  /** Paths below allowed ones that must be shadowed by an empty read-only volume. */
  readonly deniedPaths: readonly string[];
  /** Paths below writable ones that must not be writable: shadowed, or mounted read-only for themselves. */
  readonly unwritablePaths: readonly string[];
  /** Largest in-memory or scratch `/tmp`, in nano-units; null where the role grants none. */
  readonly temporarySize: bigint | null;
  readonly temporarySizeText: string | null;
  /** What each tool may use, by the name of the tool; a tool that is not in it is refused. */
  readonly tools: ReadonlyMap<string, ToolLimits>;
  /** Who may call the agent, by its ports. */
  readonly ingress: ReadonlyMap<number, readonly Caller[]>;
  /** Taints that a pod may tolerate, beside those that the API server adds. */
  readonly tolerations: readonly AllowedToleration[];
  /** Labels of nodes that a pod may select, with their values. */
  readonly nodeSelector: ReadonlyMap<string, string>;
  /** Annotations that a pod may carry, beside harmless ones: whole keys, and prefixes that end in a slash. */
  readonly annotations: readonly string[];
  /** Variables by which SDKs find the upstreams of the role. */
  readonly environments: readonly SDKEnvironment[];
}

/** Pods that may call an agent, as a peer of a NetworkPolicy names them. At least one selector is set, and none is empty. */
export interface Caller {
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

/** A toleration that a role allows. It covers one effect. */
export interface AllowedToleration {
  readonly key: string;
  /** `Exists` covers every value of the taint. */
  readonly operator: 'Exists' | 'Equal';
  readonly value: string;
  readonly effect: string;
}
