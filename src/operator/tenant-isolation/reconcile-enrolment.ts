import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { ANNOTATION, API_VERSION, LABEL } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { formatTime } from '../../lib/time.ts';
import { type EnrolmentWorld, planEnrolment } from './plan-enrolment.ts';
import { tenantStatus } from './tenant-status.ts';

/**
 * One reconciliation: decides from the world and writes what is missing. Gives the number of writes; a second one on
 * the same world writes nothing. Throws when a write failed, after having tried all of them.
 */
export async function reconcileEnrolment(
  world: EnrolmentWorld,
  { client, logger }: { client: KubeClient; logger: KubeLogger },
): Promise<number> {
  const plan = planEnrolment(world);
  const statuses = world.tenants.flatMap((tenant) => {
    const parts = [plan.reports.get(tenant.metadata.name)].filter((part) => part !== undefined);
    const status = tenantStatus(tenant, parts, formatTime(world.now));
    return status === null ? [] : [{ tenant: tenant.metadata.name, status }];
  });
  const writes = [
    ...plan.enrolments.map(({ namespace: name, uid, labels, annotations }) => async () => {
      logger.info({ namespace: name, labels, annotations }, 'namespace enrolled');
      const metadata = { name, uid, labels: { ...labels }, annotations: { ...annotations } };
      await client.apply(resources.namespaces, { metadata });
    }),
    ...plan.releases.map(({ namespace, resourceVersion }) => async () => {
      logger.info({ namespace }, 'namespace released');
      const labels = { [LABEL.tenant]: null };
      const annotations = { [ANNOTATION.exemptions]: null, [ANNOTATION.annotations]: null };
      const patch = { metadata: { labels, annotations } };
      await client.patch(resources.namespaces, { name: namespace }, patch, { resourceVersion });
    }),
    ...statuses.map(({ tenant, status }) => async () => {
      const object = { apiVersion: API_VERSION, kind: 'TenantIsolation', metadata: { name: tenant }, status };
      await client.applyStatus<KubeObject & Pick<TenantIsolation, 'status'>>(
        resources.tenantIsolations,
        object,
      );
    }),
  ];
  const results = await Promise.allSettled(writes.map((write) => write()));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const faults = failures.filter((failure) => !isKubeError(failure, 'NotFound', 'Conflict'));
  if (faults.length > 0)
    throw new AggregateError(faults, `${faults.length} of ${writes.length} writes failed`);
  return writes.length;
}
