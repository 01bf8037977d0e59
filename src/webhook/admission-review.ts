/** The only supported version of AdmissionReview, as in `admissionReviewVersions` of both registrations. */
export const ADMISSION_REVIEW_VERSION = 'admission.k8s.io/v1';

/**
 * Which registration calls: `Explain` early, in the mutating phase, so that a denial lists everything at once; `Decide`
 * last, with the final object.
 */
export type ReviewPhase = 'Explain' | 'Decide';

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

/** Who sent a request, as `authentication.k8s.io/v1` has it. */
export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The fields of an `admission.k8s.io/v1` AdmissionRequest that Cloister reads. Objects are as the API server sent them. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  /** Absent or empty where the API server has not generated it from `generateName` yet. */
  readonly name?: string;
  /** Absent at cluster scope. */
  readonly namespace?: string;
  readonly operation: AdmissionOperation;
  readonly userInfo?: UserInfo;
  /** Null or absent on DELETE. */
  readonly object?: unknown;
  /** Null or absent on CREATE and CONNECT. */
  readonly oldObject?: unknown;
}
