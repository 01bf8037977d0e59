import { LABEL, NETWORK_POLICY } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { show } from '../../lib/show.ts';
import { enrolmentLabels } from '../../render/enrolment-labels.ts';
import { type Examination, failed, type Finding, noted, passed, readOr } from './finding.ts';
import { tryBadPod } from './try-bad-pod.ts';

/** The enrolled namespaces: closed by NetworkPolicies, and closed to a pod that no role allows. */
export const examineNamespaces: Examination = (client) =>
  readOr('enrolled namespaces', async () => {
    const { items } = await client.list<KubeObject>(resources.namespaces, { metadataOnly: true });
    const enrolled = items.filter(({ metadata }) => metadata.labels?.[LABEL.tenant] !== undefined);
    const names = enrolled.flatMap(({ metadata }) => metadata.name ?? []);
    const [first] = names;
    if (first === undefined) {
      return [
        noted('enrolled namespaces', 'there are none: no TenantIsolation lists a namespace that exists'),
      ];
    }
    const closed = await Promise.all(names.map((name) => examineNetwork(client, name)));
    const labels = items.flatMap(judgePodSecurity);
    return [...labels, ...closed.flat(), ...(await tryBadPod(client, first))];
  });

/** The labels of Pod Security, of an enrolled namespace and of the one that holds a tenant's gateway. */
function judgePodSecurity({ metadata }: KubeObject): readonly Finding[] {
  const tenant = metadata.labels?.[LABEL.tenant] ?? metadata.labels?.[LABEL.system];
  if (tenant === undefined) return [];
  const subject = `Namespace ${metadata.name}, Pod Security`;
  const { [LABEL.tenant]: _tenant, ...wanted } = enrolmentLabels(tenant);
  for (const [label, must] of Object.entries(wanted)) {
    const is = metadata.labels?.[label];
    if (is === must) continue;
    const mend = `kubectl label namespace ${metadata.name} --overwrite ${label}=${must}`;
    return [failed(subject, `label ${label} is ${show(is)}; must be ${show(must)}. Set it: ${mend}`)];
  }
  return [passed(subject, 'is restricted')];
}

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
  const foreign = policies.filter((policy) => !isManaged(policy));
  if (foreign.length > 0) {
    const others = foreign.map(({ metadata }) => metadata.name).join(', ');
    return failed(subject, `${others} is from before enrolment, and can only open something. Delete it`);
  }
  return passed(
    subject,
    'close the namespace; whether the network enforces them, the start gate of a pod proves',
  );
}
