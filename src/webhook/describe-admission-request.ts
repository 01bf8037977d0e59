import type { AdmissionRequest } from './admission-review.ts';

/** What a line of the log says of a request: names alone, never an object. The log of refusals redacts nothing of it. */
export function describeAdmissionRequest(request: AdmissionRequest): object {
  const { uid, operation, resource, subResource, namespace, name, userInfo } = request;
  return {
    uid,
    operation,
    resource: resource.resource,
    subResource,
    namespace,
    name,
    user: userInfo?.username,
  };
}
