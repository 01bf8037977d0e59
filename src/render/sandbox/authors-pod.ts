import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { VolumeMount } from '../../policy/pod/pod.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { ownedMetadata } from './owned-metadata.ts';
import { sandboxServiceAccountName } from './service-account.ts';
import { renderVolumes } from './volumes.ts';

/** The name of the container that the agent runs in. */
export const AGENT_CONTAINER = 'agent';

/**
 * Returns the pod that the author of a sandbox asks for, as another author would write it: without what every pod of the role
 * needs. It has the name of the sandbox, so that there is never more than one and people find it. It is never restarted in
 * place: each start is a new pod, which its start gate proves closed again.
 */
export function authorsPod(sandbox: AgentSandbox, role: RolePolicy, { imagePullSecrets }: TenantPolicy) {
  const { volumes, mounts } = renderVolumes(sandbox, role);
  return {
    metadata: ownedMetadata(sandbox, sandbox.metadata.name),
    spec: {
      serviceAccountName: sandboxServiceAccountName(sandbox.metadata.name),
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      ...placement(role),
      ...ownership(role),
      ...(imagePullSecrets.length === 0
        ? {}
        : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
      containers: [agentContainer(sandbox, mounts)],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

function agentContainer({ spec }: AgentSandbox, volumeMounts: readonly VolumeMount[]) {
  const { command, args, ports, env, resources } = spec;
  return {
    name: AGENT_CONTAINER,
    image: spec.image,
    ...(command.length === 0 ? {} : { command }),
    ...(args.length === 0 ? {} : { args }),
    ...(ports.length === 0 ? {} : { ports: ports.map((containerPort) => ({ containerPort })) }),
    ...(env.length === 0 ? {} : { env }),
    resources: { limits: { ...resources.limits }, requests: { ...resources.requests } },
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
  };
}

/** The role says where its agents run; a sandbox has no say in it. */
function placement({ nodeSelector, tolerations }: RolePolicy) {
  return {
    ...(nodeSelector.size === 0 ? {} : { nodeSelector: Object.fromEntries(nodeSelector) }),
    ...(tolerations.length === 0
      ? {}
      : {
          tolerations: tolerations.map(({ key, operator, value, effect }) =>
            operator === 'Exists' ? { key, operator, effect } : { key, operator, value, effect },
          ),
        }),
  };
}

/** The group is the user's own, so that volumes which the agent writes to are its. */
function ownership({ runAsUser: user }: RolePolicy) {
  if (!user) return {};
  return {
    securityContext: {
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      fsGroupChangePolicy: 'OnRootMismatch',
    },
  };
}
