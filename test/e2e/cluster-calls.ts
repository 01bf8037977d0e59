import { type APIAnswer, callAPI } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';

/** Calls of the API server as one user; each gives whatever was answered. Paths may carry a query. */
export interface ClusterCalls {
  readonly read: (path: string) => Promise<APIAnswer>;
  readonly create: (path: string, body: object) => Promise<APIAnswer>;
  readonly replace: (path: string, body: object) => Promise<APIAnswer>;
  /** A merge patch (RFC 7386). */
  readonly merge: (path: string, body: object) => Promise<APIAnswer>;
  readonly strategicMerge: (path: string, body: object) => Promise<APIAnswer>;
  readonly remove: (path: string) => Promise<APIAnswer>;
  /** Connects as `kubectl exec` does before it upgrades the connection. */
  readonly connect: (path: string) => Promise<APIAnswer>;
}

/** The calls of a user of the testbed, by short name. */
export function clusterCalls(controlPlane: ControlPlane, user = 'admin'): ClusterCalls {
  const patch = (type: string) => (path: string, body: object) =>
    callAPI(controlPlane, { user, method: 'PATCH', path, body, contentType: `application/${type}+json` });
  return {
    read: (path) => callAPI(controlPlane, { user, method: 'GET', path }),
    create: (path, body) => callAPI(controlPlane, { user, method: 'POST', path, body }),
    replace: (path, body) => callAPI(controlPlane, { user, method: 'PUT', path, body }),
    merge: patch('merge-patch'),
    strategicMerge: patch('strategic-merge-patch'),
    remove: (path) => callAPI(controlPlane, { user, method: 'DELETE', path }),
    connect: (path) => callAPI(controlPlane, { user, method: 'POST', path }),
  };
}
