import { nearestName } from '../../lib/nearest-name.ts';
import { isShippedProfile, SECCOMP_PROFILES } from './profiles.ts';

/** The profile that every container runtime has. */
const RUNTIME_DEFAULT = 'RuntimeDefault';

/** The labels of the installer's pods in the namespace of Cloister, as the chart sets them. */
export const INSTALLER_LABELS = {
  'app.kubernetes.io/name': 'cloister',
  'app.kubernetes.io/component': 'seccomp-installer',
} as const;

/** A pod of the installer, as far as it says where the profiles are. */
export interface InstallerPod {
  readonly metadata?: { readonly deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Returns the names of the nodes that have all profiles: those where a pod of the installer is ready. */
export function preparedNodes(pods: readonly InstallerPod[]): ReadonlySet<string> {
  const nodes = pods.flatMap(({ metadata, spec, status }) => {
    const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
    return isReady === true && metadata?.deletionTimestamp === undefined ? (spec?.nodeName ?? []) : [];
  });
  return new Set(nodes);
}

/** What decides whether a pod can start under a profile. */
export interface ProfileNeed {
  /** As the role names it: `RuntimeDefault`, or a profile that Cloister ships. */
  readonly profile: string;
  /** Nodes that have all profiles, of {@link preparedNodes}. */
  readonly preparedNodes: ReadonlySet<string>;
  /** Nodes that the pod may run on. Null where any may be one of them. */
  readonly eligibleNodes: readonly string[] | null;
}

/**
 * Returns null if a node can start a pod under the profile, and otherwise why the pod has to wait. A pod that starts on a
 * node without the file does not run: the kubelet reports CreateContainerError, and tries again.
 */
export function missingProfile({ profile, preparedNodes: nodes, eligibleNodes }: ProfileNeed): string | null {
  if (profile === RUNTIME_DEFAULT) return null;
  if (!isKnownProfile(profile)) return unknownProfile(profile);
  const isPrepared = eligibleNodes === null ? nodes.size > 0 : eligibleNodes.some((name) => nodes.has(name));
  if (isPrepared) return null;
  if (nodes.size === 0) {
    return `seccomp profile "${profile}" is on no node: no pod of the DaemonSet cloister-seccomp-installer is ready. Set seccomp.install=true in the values of the chart, or look at the pods of the DaemonSet.`;
  }
  return `seccomp profile "${profile}" is on none of the nodes that the pod may run on. Set seccomp.nodeSelector and seccomp.tolerations in the values of the chart, so that the DaemonSet cloister-seccomp-installer runs there.`;
}

/** Whether Cloister can run a pod under the profile of this name, on a node that has it. */
export function isKnownProfile(profile: string): boolean {
  return profile === RUNTIME_DEFAULT || isShippedProfile(profile);
}

/** Says that Cloister ships no profile of this name, and which names there are. */
export function unknownProfile(profile: string): string {
  const names = SECCOMP_PROFILES.map(({ name }) => name);
  const nearest = nearestName(profile, names);
  const fix = nearest === null ? `use RuntimeDefault or one of ${names.join(', ')}` : `use "${nearest}"`;
  return `seccomp profile "${profile}" is not one that Cloister installs; ${fix}.`;
}
