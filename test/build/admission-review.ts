import type { AdmissionRequest } from '../../src/webhook/admission-review.ts';

/** A review as the API server sends it for the creation of a pod. */
export interface AdmissionReviewBody {
  apiVersion: string;
  kind: string;
  request: AdmissionRequest;
}

/** Builds a review of one pod's creation; `changes` replace fields of the request. */
export function buildAdmissionReview(changes: Partial<AdmissionRequest> = {}): AdmissionReviewBody {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      name: 'analyst',
      namespace: 'acme-agents',
      operation: 'CREATE',
      userInfo: { username: 'developer', groups: ['system:authenticated'] },
      object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'analyst' }, spec: { containers: [] } },
      oldObject: null,
      ...changes,
    },
  };
}
