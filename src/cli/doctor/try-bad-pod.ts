import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { failed, type Finding, noted, passed } from './finding.ts';

type Pod = KubeObject & { readonly spec: object };

const MEND = 'Mend the registrations and Deployments that failed above, and read the log of the webhook';

/** A pod that nobody's role allows: each check of the contract that needs only the pod would refuse it. */
const BAD_POD = {
  hostNetwork: true,
  containers: [{ name: 'agent', image: 'cloister.dev/doctor', securityContext: { privileged: true } }],
};

/** Asks the API server, as a dry run, for a pod that the webhook must refuse. */
export async function tryBadPod(client: KubeClient, namespace: string): Promise<readonly Finding[]> {
  const subject = `Namespace ${namespace}, a privileged pod`;
  const pod = { metadata: { name: 'cloister-doctor', namespace }, spec: BAD_POD };
  try {
    await client.create<Pod>(resources.pods, pod, { dryRun: true });
    return [failed(subject, `would be admitted: nothing of Cloister is in force there. ${MEND}`)];
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return [judgeRefusal(subject, error.message)];
  }
}

function judgeRefusal(subject: string, message: string): Finding {
  if (/admission webhook "(explain|decide)\.cloister\.dev" denied the request/.test(message)) {
    return passed(subject, 'is refused by the webhook');
  }
  if (message.includes(' cannot create resource "pods"')) {
    return noted(subject, 'was not tried, because you have no right to create pods there');
  }
  return failed(
    subject,
    `is refused, but not by the webhook, which did not answer. ${MEND}. It was: ${message}`,
  );
}
