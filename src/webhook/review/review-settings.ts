import type { AdmissionConfiguration } from '../../policy/admission/review-context.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import type { RoleUseReviewer } from './role-use.ts';

/** What a review needs beside the request. `now` gives milliseconds since 1970. */
export interface ReviewSettings {
  readonly view: ClusterView;
  readonly configuration: AdmissionConfiguration;
  readonly now: () => number;
  /** Asked for CONNECT alone. */
  readonly roleUse: RoleUseReviewer;
}
