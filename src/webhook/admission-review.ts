/** The only version of AdmissionReview that is spoken; `admissionReviewVersions` of both registrations says the same. */
export const ADMISSION_REVIEW_VERSION = 'admission.k8s.io/v1';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** The part of `admission.k8s.io/v1` AdmissionRequest that Cloister reads. Objects are as the API server sent them. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  /** Absent or empty where the API server has yet to make it from `generateName`. */
  readonly name?: string;
  /** Absent at cluster scope. */
  readonly namespace?: string;
  readonly operation: AdmissionOperation;
  readonly userInfo?: { readonly username?: string; readonly groups?: readonly string[] };
  /** Null or absent on DELETE. */
  readonly object?: unknown;
  /** Null or absent on CREATE and CONNECT. */
  readonly oldObject?: unknown;
  readonly dryRun?: boolean;
}
