import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeResource } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { backstopPolicy } from '../../render/backstop-policy.ts';
import { GUARDS } from '../../render/guards/index.ts';
import type { PolicyObject } from '../../render/admission-policy.ts';
import { type Examination, failed, type Finding, passed, readOr, RESTORE } from './finding.ts';

type Found = KubeObject & { readonly spec: Readonly<Record<string, unknown>> };

const WANTED: readonly PolicyObject[] = [backstopPolicy(CHECKS), ...GUARDS].flat();

const KINDS: readonly KubeResource[] = [
  resources.validatingAdmissionPolicies,
  resources.validatingAdmissionPolicyBindings,
  resources.mutatingAdmissionPolicies,
  resources.mutatingAdmissionPolicyBindings,
];

/** The policies inside the API server: there, bound, and denying. */
export const examinePolicies: Examination = async (client) =>
  (await Promise.all(KINDS.map((kind) => examineKind(client, kind)))).flat();

async function examineKind(client: KubeClient, resource: KubeResource): Promise<readonly Finding[]> {
  return readOr(resource.kind, async () => {
    const { items } = await client.list<Found>(resource);
    const byName = new Map(items.map((item) => [item.metadata.name, item]));
    const wanted = WANTED.filter(({ kind }) => kind === resource.kind);
    return wanted.map((policy) => judgePolicy(policy, byName.get(policy.metadata.name)));
  });
}

/** What an attacker or a hasty repair would change: whether a fault refuses, what is bound, and whether it denies. */
const COMPARED = ['failurePolicy', 'policyName', 'validationActions'] as const;

function judgePolicy(wanted: PolicyObject, found: Found | undefined): Finding {
  const subject = `${wanted.kind} ${wanted.metadata.name}`;
  if (found === undefined) return failed(subject, `does not exist. ${RESTORE}`);
  for (const field of COMPARED) {
    const [is, must] = [found.spec[field], wanted.spec[field]].map((value) => JSON.stringify(value));
    if (is !== must) return failed(subject, `spec.${field} is ${is}; must be ${must}. ${RESTORE}`);
  }
  return passed(subject, 'is in force');
}
