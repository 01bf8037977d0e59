import { LABEL, MANAGED_BY, NETWORK_POLICY } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type Examination, failed, type Finding, noted, passed, readOr } from './finding.ts';
import { tryBadPod } from './try-bad-pod.ts';

/** The enrolled namespaces: closed by NetworkPolicies, and closed to a pod that no role allows. */
export const examineNamespaces: Examination = (client) =>
  readOr('enrolled namespaces', async () => {
    const selection = { labelSelector: LABEL.tenant, metadataOnly: true };
    const { items } = await client.list<KubeObject>(resources.namespaces, selection);
    const names = items.flatMap(({ metadata }) => metadata.name ?? []);
    const [first] = names;
    if (first === undefined) {
      return [
        noted('enrolled namespaces', 'there are none: no TenantIsolation lists a namespace that exists'),
      ];
    }
    const closed = await Promise.all(names.map((name) => examineNetwork(client, name)));
    return [...closed.flat(), ...(await tryBadPod(client, first))];
  });

async function examineNetwork(client: KubeClient, namespace: string): Promise<readonly Finding[]> {
  const subject = `Namespace ${namespace}, NetworkPolicies`;
  return readOr(subject, async () => {
    const selection = { namespace, metadataOnly: true };
    const { items } = await client.list<KubeObject>(resources.networkPolicies, selection);
    return [judgeNetwork(subject, items)];
  });
}

function judgeNetwork(subject: string, policies: readonly KubeObject[]): Finding {
  const names = policies.flatMap(({ metadata }) => metadata.name ?? []);
  const missing = Object.values(NETWORK_POLICY).filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const cause = `${missing.join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not exist`;
    return failed(
      subject,
      `${cause}. The operator writes them: read its log, and the conditions of the tenant`,
    );
  }
  const foreign = policies.filter(({ metadata }) => metadata.labels?.[MANAGED_BY.label] !== MANAGED_BY.value);
  if (foreign.length > 0) {
    const others = foreign.map(({ metadata }) => metadata.name).join(', ');
    return failed(subject, `${others} is from before enrolment, and can only open something. Delete it`);
  }
  return passed(
    subject,
    'close the namespace; whether the network enforces them, the start gate of a pod proves',
  );
}
