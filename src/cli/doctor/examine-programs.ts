import { OPERATOR, SYSTEM_NAMESPACE, WEBHOOK } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type Examination, failed, type Finding, noted, passed, readOr } from './finding.ts';

type Deployment = KubeObject & {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly args?: readonly string[] }[] };
    };
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
};

const DIGESTS_FLAG = '--start-gate-digests=';

/** The Deployments of Cloister, and what they are started with. */
export const examinePrograms: Examination = async (client) =>
  (await Promise.all([OPERATOR, WEBHOOK].map((name) => examineDeployment(client, name)))).flat();

async function examineDeployment(client: KubeClient, name: string): Promise<readonly Finding[]> {
  const subject = `Deployment ${SYSTEM_NAMESPACE}/${name}`;
  return readOr(subject, async () => {
    const object = { namespace: SYSTEM_NAMESPACE, name };
    const deployment = await findObject<Deployment>(client, resources.deployments, object);
    if (deployment === null)
      return [failed(subject, 'does not exist. Upgrade the chart with the same values')];
    const available = judgeAvailable(subject, deployment);
    return name === WEBHOOK ? [available, judgeStartGate(subject, deployment)] : [available];
  });
}

function judgeAvailable(subject: string, { spec, status }: Deployment): Finding {
  if (spec.replicas === 0) return failed(subject, 'spec.replicas is 0; must be 1 or more. Scale it up');
  const available = status?.conditions?.find(({ type }) => type === 'Available');
  if (available?.status === 'True') return passed(subject, 'is available');
  const cause = available?.message?.replace(/\.$/, '') ?? 'its controller has not reported yet';
  return failed(
    subject,
    `is not available: ${cause}. Look at its pods: kubectl describe pods -n ${SYSTEM_NAMESPACE}`,
  );
}

function judgeStartGate(deployment: string, { spec }: Deployment): Finding {
  const subject = `${deployment}, start gate`;
  const flags = spec.template.spec.containers.flatMap(({ args }) => args ?? []);
  const digests = flags.find((flag) => flag.startsWith(DIGESTS_FLAG))?.slice(DIGESTS_FLAG.length) ?? '';
  return digests === ''
    ? noted(
        subject,
        'no digest is trusted, so roles with startGate: Required admit no pod. Set startGate.image',
      )
    : passed(subject, `trusts ${digests.split(',').join(', ')}`);
}
