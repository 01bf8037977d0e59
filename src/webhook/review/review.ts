import { GROUP } from '../../api/names.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../admission-verdict.ts';
import { reviewAccess } from './review-access.ts';
import { reviewKind } from './review-kind.ts';
import { reviewPod } from './review-pod.ts';
import type { ReviewSettings } from './review-settings.ts';
import { reviewWorkload } from './review-workload.ts';

const CONNECT_SUBRESOURCES = new Set(['exec', 'attach', 'portforward', 'proxy']);

/** Subresources of pods that carry no spec to review; Pod Security leaves out the same (admission.go, ignored list). */
const UNREVIEWED_SUBRESOURCES = new Set(['binding', 'eviction', 'log', 'status']);

type Outcome = AdmissionVerdict | Promise<AdmissionVerdict>;

/**
 * Reviews one admission request from the watch caches alone. For CONNECT the API server is asked who may use the role, and
 * the verdict is a promise. A DELETE is never reviewed: a webhook that can stop a deletion can hold a cluster hostage. The
 * guard policies of the chart cover what must not be deleted.
 */
export function review(request: AdmissionRequest, settings: ReviewSettings): Outcome {
  if (request.operation === 'DELETE') return ALLOWED;
  const { group, resource } = request.resource;
  const subresource = request.subResource ?? '';
  if (
    group === '' &&
    (resource === 'pods' || resource === 'services') &&
    CONNECT_SUBRESOURCES.has(subresource)
  ) {
    return reviewAccess(request, settings);
  }
  if (group === '' && resource === 'pods') {
    return UNREVIEWED_SUBRESOURCES.has(subresource) ? ALLOWED : reviewPod(request, settings);
  }
  if (group === GROUP) return reviewKind(request, settings);
  return reviewWorkload(request, settings);
}
