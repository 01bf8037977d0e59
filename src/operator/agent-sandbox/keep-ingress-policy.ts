import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { LABEL } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import { applyWanted } from '../../controller/apply-wanted.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';
import type { IngressPolicy } from '../../render/sandbox/ingress-policy.ts';

/**
 * Has the NetworkPolicy by which a sandbox may be called be as wanted; `known` is the one under its name. Returns why it is
 * not, and null where it is.
 */
export async function keepIngressPolicy(
  sandbox: AgentSandbox,
  wanted: IngressPolicy | null,
  known: KubeObject | undefined,
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<string | null> {
  if (wanted === null) {
    if (known !== undefined && isOf(sandbox, known)) await remove(known, client, signal);
    return null;
  }
  const { name, namespace } = wanted.metadata;
  const outcome = await applyWanted(
    // One member more in a rule may let somebody else in.
    { resource: resources.networkPolicies, object: wanted, exact: ['spec'] },
    known,
    { client, signal },
  );
  if (outcome === 'Unchanged' || outcome === 'Written') return null;
  const is = outcome === 'Foreign' ? "is not Cloister's: delete it" : 'is being deleted';
  return `NetworkPolicy "${name}" in namespace "${namespace}" ${is}.`;
}

function isOf({ metadata }: AgentSandbox, known: KubeObject): boolean {
  return isManaged(known) && known.metadata.labels?.[LABEL.sandbox] === metadata.name;
}

async function remove(known: KubeObject, client: KubeClient, signal: AbortSignal): Promise<void> {
  const { namespace = '', name = '', uid, deletionTimestamp } = known.metadata;
  if (deletionTimestamp !== undefined) return;
  await unlessGone(client.delete(resources.networkPolicies, { namespace, name }, { uid, signal }));
}
