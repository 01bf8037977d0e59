import { GATEWAY } from '../../src/api/names.ts';
import { callAPI } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import { until } from './prepare.ts';
import type { Step } from './step.ts';

const TENANT = '/apis/cloister.dev/v1alpha1/tenantisolations/acme';

/**
 * Adds to the pods of the steps what their author cannot know, as `cloister harden` does: the addresses of the tenant's gateway,
 * once it has them. A pod that names addresses of its own keeps these.
 */
export async function addGatewayAliases(
  controlPlane: ControlPlane,
  steps: readonly Step[],
): Promise<readonly Step[]> {
  let addresses: readonly string[] = [];
  await until('the tenant says where its gateway is', async () => {
    const { object } = await callAPI(controlPlane, { user: 'admin', method: 'GET', path: TENANT });
    const { gateway } = (object['status'] ?? {}) as { gateway?: { clusterIPs?: readonly string[] } };
    addresses = gateway?.clusterIPs ?? [];
    return addresses.length > 0;
  });
  const hostAliases = addresses.map((ip) => ({ ip, hostnames: [GATEWAY.name] }));
  const added = steps.map((step) => withAliases(step, hostAliases));
  // The webhook hears of the addresses a moment later.
  const [first] = added;
  if (first === undefined) return added;
  const request = { ...first.request, path: `${first.request.path}&dryRun=All` };
  await until(first.step, async () => (await callAPI(controlPlane, request)).status < 400);
  return added;
}

function withAliases(step: Step, hostAliases: readonly object[]): Step {
  const body = step.request.body as { kind?: string; spec?: { hostAliases?: unknown } } | undefined;
  if (body?.kind !== 'Pod' || body.spec === undefined || body.spec.hostAliases !== undefined) return step;
  return { ...step, request: { ...step.request, body: { ...body, spec: { ...body.spec, hostAliases } } } };
}
