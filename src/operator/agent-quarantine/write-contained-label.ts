import { CONTAINED, LABEL } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';

/**
 * Sets the label `cloister.dev/contained` of a pod, or takes it off. By a server-side apply, in which what is left out goes if
 * the operator has set it: no other change of the pod makes it fail. With its UID, so that a later pod of the name is left alone.
 */
export async function writeContainedLabel(
  { metadata: { namespace, name, uid } }: KubeObject,
  isContained: boolean,
  client: Pick<KubeClient, 'apply'>,
  signal?: AbortSignal,
): Promise<void> {
  const labels: Record<string, string> = isContained ? { [LABEL.contained]: CONTAINED } : {};
  const pod = { metadata: { namespace, name, uid, labels } };
  await unlessGone(client.apply<KubeObject>(resources.pods, pod, { signal }));
}
