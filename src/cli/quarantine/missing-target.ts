import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { LABEL } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeClient, Selection } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource, ObjectName } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';

type Target = AgentQuarantine['spec']['target'];
type Reader = Pick<KubeClient, 'get' | 'list'>;

/**
 * Returns a sentence without a full stop where a quarantine of the target would hold nothing, since what it names is not there;
 * null where it is. What is deleted may have left pods that a quarantine still holds, so these are looked for as well. What
 * cannot be read counts as there: a quarantine is not kept back by that.
 */
export async function missingTarget(target: Target, client: Reader): Promise<string | null> {
  try {
    return await findMissing(target, client);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return null;
  }
}

async function findMissing(
  { type, namespace = '', name = '' }: Target,
  client: Reader,
): Promise<string | null> {
  switch (type) {
    case 'All':
      return null;
    case 'Tenant':
      return (await isThere(client, resources.tenantIsolations, { name })) ||
        (await isAny(client, resources.namespaces, { labelSelector: `${LABEL.tenant}=${name}` }))
        ? null
        : `TenantIsolation "${name}" does not exist, and no namespace is enrolled for it`;
    case 'Namespace':
      return missingNamespace(name, client);
    case 'Role':
      return (await isThere(client, resources.agentRoles, { name })) || (await isRoleUsed(name, client))
        ? null
        : `AgentRole "${name}" does not exist, and no sandbox or pod has it`;
    case 'Sandbox': {
      const selection = { namespace, labelSelector: `${LABEL.sandbox}=${name}` };
      return (await isThere(client, resources.agentSandboxes, { namespace, name })) ||
        (await isAny(client, resources.pods, selection))
        ? null
        : `AgentSandbox "${namespace}/${name}" does not exist, and no pod belongs to it`;
    }
    default:
      return null;
  }
}

async function missingNamespace(name: string, client: Reader): Promise<string | null> {
  const namespace = await findObject<KubeObject>(client, resources.namespaces, { name });
  if (namespace === null) return `Namespace "${name}" does not exist`;
  if (namespace.metadata.labels?.[LABEL.tenant] !== undefined) return null;
  const { items } = await client.list<TenantIsolation & KubeObject>(resources.tenantIsolations);
  return items.some(({ spec }) => spec.namespaces.some((listed) => listed.name === name))
    ? null
    : `Namespace "${name}" is not enrolled: no TenantIsolation lists it`;
}

async function isRoleUsed(role: string, client: Reader): Promise<boolean> {
  if (await isAny(client, resources.pods, { labelSelector: `${LABEL.role}=${role}` })) return true;
  const { items } = await client.list<AgentSandbox & KubeObject>(resources.agentSandboxes);
  return items.some(({ spec, status }) => [spec.roleRef?.name, status?.resolvedRole?.name].includes(role));
}

async function isThere(client: Reader, resource: KubeResource, name: ObjectName): Promise<boolean> {
  return (await findObject<KubeObject>(client, resource, name)) !== null;
}

async function isAny(client: Reader, resource: KubeResource, selection: Selection): Promise<boolean> {
  const { items } = await client.list<KubeObject>(resource, { ...selection, metadataOnly: true });
  return items.length > 0;
}
