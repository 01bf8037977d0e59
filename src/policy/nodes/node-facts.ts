/** What of a Node decides which pods it can run, and which addresses are its own and theirs. Any field may be missing. */
export interface NodeFacts {
  readonly metadata: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly taints?: readonly Taint[];
    /** Where the addresses of its pods are from, unless its network plugin has blocks of its own. */
    readonly podCIDRs?: readonly string[];
  };
  readonly status?: {
    /** Names are among them. */
    readonly addresses?: readonly { readonly address?: string }[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
    /** What the container runtime says of each of its handlers; the one without a name is the default (KEP-127). */
    readonly runtimeHandlers?: readonly RuntimeHandler[];
  };
}

export interface Taint {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface RuntimeHandler {
  readonly name?: string;
  readonly features?: { readonly userNamespaces?: boolean };
}
