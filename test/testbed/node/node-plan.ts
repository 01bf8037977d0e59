import { join } from 'node:path';
import type { ProgramName } from '../programs.ts';

/** What enforces NetworkPolicies: kube-router, or nothing, as on a cluster whose network plugin ignores them. */
export type NetworkPolicyEngine = 'kube-router' | 'none';

/** All that the supervisor of a node has to know; plain data, handed over when it is started. */
export interface NodePlan {
  /** Where everything of the node is kept. */
  readonly folder: string;
  /** Name of the node's cgroup in every hierarchy. */
  readonly cgroup: string;
  readonly programs: Readonly<Partial<Record<ProgramName, string>>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly networkPolicyEngine: NetworkPolicyEngine;
  /** Whether packets from link-local IPv6 addresses of pods are dropped, which no NetworkPolicy does. */
  readonly linkLocalGuard: boolean;
  /** The image of pod sandboxes, by digest. */
  readonly sandboxImage: string;
  /** Path of its OCI archive. */
  readonly sandboxArchive: string;
  /** PEM. */
  readonly certificateAuthority: string;
}

/** A server of the node. */
export type NodeServerName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'containerd'
  | 'kubelet'
  | 'kube-proxy'
  | 'kube-router'
  | 'internet';

/** Milliseconds from the start of the supervisor to each step. */
export interface NodeTimes {
  network: number;
  apiServer: number;
  images: number;
  registered: number;
  ready: number;
}

/** What the supervisor is asked to do with one of its servers. */
export interface SupervisorRequest {
  readonly id: number;
  readonly action: 'start' | 'stop' | 'kill';
  readonly server: NodeServerName;
}

/** What the supervisor says: once that the node is ready, then the answer to each request. */
export type SupervisorMessage =
  | { readonly ready: NodeTimes }
  | { readonly failed: string }
  | { readonly id: number; readonly error?: string };

/** Where containerd listens. */
export const containerdSocket = (folder: string): string => `${folder}/containerd/containerd.sock`;

/** The words before a subcommand of `ctr` that ask the node's containerd about what Kubernetes has there. */
export const ctr = (folder: string): readonly string[] => [
  join(folder, 'bin/ctr'),
  `--address=${containerdSocket(folder)}`,
  '--namespace=k8s.io',
];

/** Where the supervisor hands connections on to the API server. */
export const apiSocket = (folder: string): string => `${folder}/api.sock`;

/** Where the kubelet looks for Localhost seccomp profiles. */
export const seccompFolder = (folder: string): string => `${folder}/kubelet/seccomp`;
