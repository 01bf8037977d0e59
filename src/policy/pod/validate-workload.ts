import { type Json, listOf, recordOf, textOf } from './json-members.ts';
import type { FieldPath } from './field-path.ts';
import type { Reject } from './reject.ts';
import { validatePod } from './validate-pod.ts';

/** Kinds whose pods run until they succeed. All other workloads restart theirs. */
const TO_COMPLETION = ['Job', 'CronJob'];

/**
 * Rejects what the API server does in a decoded workload or pod: in the pod, and in what the kind asks of it. `path` leads
 * from the root of the manifest to the pod.
 */
export function validateWorkload(manifest: Json, pod: Json, path: FieldPath, reject: Reject): void {
  const kind = textOf(manifest['kind']);
  const spec = recordOf(manifest['spec']);
  // A controller adds a volume for each claim of a StatefulSet, under its name.
  const claims = listOf(spec['volumeClaimTemplates']).map(({ metadata }) =>
    textOf(recordOf(metadata)['name']),
  );
  validatePod(pod, path, reject, claims);
  if (kind === 'Pod' || kind === 'PodTemplate') return;
  const field = [...path, 'spec', 'restartPolicy'];
  const policy = recordOf(pod['spec'])['restartPolicy'] ?? null;
  if (TO_COMPLETION.includes(kind)) {
    if (policy === null || policy === 'Always') {
      reject(field, policy, `must be "OnFailure" or "Never" in a ${kind}`);
    }
    return;
  }
  if (policy !== null && policy !== 'Always')
    reject(field, policy, `must be "Always" in a ${kind}`, 'Remove it');
  validateSelector(spec, pod, reject);
}

/** The selector of a workload must select its own pods. A ReplicationController has a map, and its template's by default. */
function validateSelector(spec: Json, pod: Json, reject: Reject): void {
  const labels = recordOf(recordOf(pod['metadata'])['labels']);
  const selector = recordOf(spec['selector']);
  const isMap = !('matchLabels' in selector || 'matchExpressions' in selector);
  const wanted = isMap ? selector : recordOf(selector['matchLabels']);
  const path = isMap ? ['spec', 'selector'] : ['spec', 'selector', 'matchLabels'];
  for (const [name, value] of Object.entries(wanted)) {
    if (labels[name] === value) continue;
    reject(
      [...path, name],
      value,
      'must be a label of the pod template',
      'Set the label there, or change the selector',
    );
  }
}
