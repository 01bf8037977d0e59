import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeResource } from '../../src/kube/kube-resource.ts';

/** A client whose leases and events are kept aside: what a test counts and lets fail is the rest. */
export function withLeaseOf(aside: KubeClient, client: KubeClient): KubeClient {
  const of = ({ plural }: KubeResource): KubeClient => (/^(leases|events)$/.test(plural) ? aside : client);
  return {
    ...client,
    get: (resource, name, limits) => of(resource).get(resource, name, limits),
    create: (resource, object, options) => of(resource).create(resource, object, options),
    replace: (resource, object, options) => of(resource).replace(resource, object, options),
    patch: (resource, name, patch, options) => of(resource).patch(resource, name, patch, options),
  };
}
