import { eligibleNodes } from '../../policy/nodes/eligible-nodes.ts';
import type { NodeFacts } from '../../policy/nodes/node-facts.ts';
import { canHaveUserNamespaces } from '../../policy/nodes/user-namespaces.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import { type InstallerPod, missingProfile, preparedNodes } from '../../policy/seccomp/prepared-nodes.ts';

/** The nodes of the cluster. They are read only for a role that asks for something which not every node has. */
export interface NodeSurroundings {
  readonly nodes: () => readonly NodeFacts[];
  /** The pods of the installer of seccomp profiles. */
  readonly installerPods: () => readonly InstallerPod[];
}

/** What the nodes that a sandbox may run on can do. */
export interface NodeJudgement {
  /** For a role that prefers a user namespace. */
  readonly canHaveUserNamespace: boolean;
  /** Why the pod has to wait for its seccomp profile; null where it does not. */
  readonly missingProfile: string | null;
}

/** Judges the nodes for a role; null where it is not known. */
export function judgeNodes(role: RolePolicy | null, around: NodeSurroundings): NodeJudgement {
  if (role === null) return { canHaveUserNamespace: false, missingProfile: null };
  return {
    canHaveUserNamespace: role.userNamespace === 'Preferred' && canHaveUserNamespaces(around.nodes(), role),
    missingProfile: role.seccompProfile === 'RuntimeDefault' ? null : profileProblem(role, around),
  };
}

function profileProblem(role: RolePolicy, { nodes, installerPods }: NodeSurroundings): string | null {
  return missingProfile({
    profile: role.seccompProfile,
    preparedNodes: preparedNodes(installerPods()),
    eligibleNodes: eligibleNodes(nodes(), role).map(({ metadata }) => metadata.name ?? ''),
  });
}
