import { OPERATOR, SYSTEM_NAMESPACE } from '../../api/names.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import { resources } from '../../kube/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import { waitUntilNoneLeft } from './wait-until-none-left.ts';

const DEPLOYMENT = { namespace: SYSTEM_NAMESPACE, name: OPERATOR };
const PODS = {
  namespace: SYSTEM_NAMESPACE,
  labelSelector: 'app.kubernetes.io/name=cloister,app.kubernetes.io/component=operator',
  metadataOnly: true,
};

/**
 * Deletes the Deployment of the operator and resolves when none of its pods is left: a second operator would make again what
 * a release takes away. Without a Deployment it only waits. It waits for ever for a pod on a node that does not answer, since
 * nobody knows whether that pod still writes; abort the signal to give up.
 */
export async function endOperator(given: {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const { client, logger, clock, signal } = given;
  await deleteDeployment(client);
  const report = (left: readonly string[]) => logger.info({ left }, 'waiting until the operator has ended');
  await waitUntilNoneLeft({ find: () => findLeft(client), report }, clock, signal);
}

async function deleteDeployment(client: KubeClient): Promise<void> {
  try {
    // In the foreground it stays until its pods are gone, so that there is no moment between it and them.
    await client.delete(resources.deployments, DEPLOYMENT, { propagationPolicy: 'Foreground' });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}

/** What is left of the operator, as messages name it. */
async function findLeft(client: KubeClient): Promise<readonly string[]> {
  const deployment = await findObject(client, resources.deployments, DEPLOYMENT);
  const { items } = await client.list(resources.pods, PODS);
  return [
    ...(deployment === null ? [] : [`Deployment ${SYSTEM_NAMESPACE}/${OPERATOR}`]),
    ...items.map(({ metadata }) => `Pod ${SYSTEM_NAMESPACE}/${metadata.name}`),
  ];
}
