import { GATEWAY, systemNamespaceOf, TOKEN_REVIEWERS } from '../../api/names.ts';
import { resources } from '../../kube/resources.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { TenantContext } from './tenant-context.ts';

type Caches = Pick<OperatorCaches, 'tenants' | 'tokenReviewers'>;

/**
 * Lets the gateways of all tenants ask the API server about tokens, and nobody else. TokenReviews belong to no namespace, so
 * that no RoleBinding gives the right. What the ClusterRoleBinding gives cannot be changed, and the operator may not make it:
 * else it could give itself the Secrets of the whole cluster. Throws where the chart's is not there.
 */
export async function keepTokenReviewers({
  caches,
  client,
  logger,
}: Pick<TenantContext, 'client' | 'logger'> & { readonly caches: Caches }): Promise<void> {
  const found = caches.tokenReviewers.get(undefined, TOKEN_REVIEWERS);
  const isOurs = found?.roleRef?.kind === 'ClusterRole' && found.roleRef.name === TOKEN_REVIEWERS;
  if (!isOurs) throw new Error(MISSING);
  const subjects = reviewersOf(caches);
  if (isWhole(caches)) return;
  const resourceVersion = found.metadata.resourceVersion ?? '';
  const name = { name: TOKEN_REVIEWERS };
  logger.info({ kind: 'ClusterRoleBinding', ...name, gateways: subjects.length }, 'object written');
  // Of this version: another write may have been made for a tenant that came in between.
  await client.patch(resources.clusterRoleBindings, name, { subjects }, { resourceVersion });
}

const MISSING = `ClusterRoleBinding "${TOKEN_REVIEWERS}": not found, or not one of the ClusterRole of this name; must be as the chart has it, so that gateways can take tokens as proofs. Upgrade the chart with the same values`;

/** Whether exactly the gateways of the tenants are bound. */
export function isWhole(caches: Caches): boolean {
  const found = caches.tokenReviewers.get(undefined, TOKEN_REVIEWERS);
  return isDeepEqualJson(found?.subjects ?? [], reviewersOf(caches));
}

function reviewersOf({ tenants }: Caches): readonly object[] {
  const names = tenants.list().map(({ metadata }) => metadata.name);
  return names
    .sort()
    .map((tenant) => ({ kind: 'ServiceAccount', name: GATEWAY.name, namespace: systemNamespaceOf(tenant) }));
}
