import { changesContract } from '../../policy/admission/changes-contract.ts';
import { evaluatePod } from '../../policy/admission/evaluate-pod.ts';
import { contractWarnings } from '../../policy/admission/warnings.ts';
import { ALLOW } from '../../policy/decision.ts';
import { evaluateQuarantine } from '../../policy/quarantine/evaluate-quarantine.ts';
import { factsOfPod } from '../../policy/quarantine/quarantine-facts.ts';
import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict, toVerdict } from '../admission-verdict.ts';
import { podContext } from './pod-context.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Reviews a pod that is created or changed, also through `ephemeralcontainers`, `resize` and any subresource that a
 * later Kubernetes may add: what is not known is reviewed, not waved through.
 */
export function reviewPod(request: AdmissionRequest, settings: ReviewSettings): AdmissionVerdict {
  const pod = request.object as Pod | null | undefined;
  const namespace = request.namespace ?? '';
  if (pod === null || pod === undefined) {
    const subject = `${request.operation} of a pod in namespace "${namespace}"`;
    return toVerdict(subject, { effect: 'Deny', reason: 'ObjectMissing', violations: [] });
  }
  const isUpdate = request.operation === 'UPDATE';
  const before = isUpdate ? (request.oldObject as Pod | null | undefined) : null;
  if (before && !changesContract(before, pod)) return ALLOWED;
  const title = `pod "${nameOf(pod)}" in namespace "${namespace}"`;
  const contained = isUpdate ? ALLOW : evaluateQuarantine(quarantineOf(pod, namespace, settings));
  if (contained.effect !== 'Allow') return toVerdict(title, contained);
  const known = podContext(request, pod, isUpdate ? 'Update' : 'Create', settings);
  const context = { ...known, before: before?.metadata };
  const subject = createPodSubject(pod);
  const decision = evaluatePod(subject, { context, now: settings.now() });
  const verdict = toVerdict(title, decision);
  const warnings = contractWarnings(subject);
  return warnings.length === 0 ? verdict : { ...verdict, warnings };
}

/** A pod of a request need not say in which namespace it is. */
function quarantineOf(pod: Pod, namespace: string, { view }: ReviewSettings): AgentQuarantine | null {
  const labels = pod.metadata?.labels;
  const owners = { lister: view.tenantOf(namespace), enrolledFor: view.enrolledFor(namespace) };
  return view.quarantineOf(factsOfPod({ metadata: { namespace, labels } }, owners));
}

function nameOf({ metadata }: Pod): string {
  return metadata?.name ?? `${metadata?.generateName ?? ''}*`;
}
