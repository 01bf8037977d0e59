import { API_VERSION } from '../../../src/api/names.ts';
import { readSample } from '../../demo/samples.ts';
import { startGateDigest } from '../../e2e/samples.ts';
import { TENANTS } from '../../e2e/tenants.ts';
import { prepareCluster } from '../../operator/operator-on-cluster.ts';
import { callAPI } from '../../testbed/api-request.ts';
import type { ControlPlane, StartedControlPlane } from '../../testbed/control-plane.ts';
import { deployedArguments } from '../../testbed/deployed-node-flags.ts';
import { freePort } from '../../testbed/free-port.ts';
import type { ProgramRunner } from '../../testbed/program-runner.ts';
import { type Figures, figureFlags, readFigures } from '../servers/measured-server.ts';
import { until } from './sandbox-waves.ts';

/** The operator as it is deployed, in a process of its own that reports what it uses. */
export interface MeasuredOperator {
  readonly figures: () => Promise<Figures>;
  /** The same, after a forced collection. */
  readonly collectedFigures: () => Promise<Figures>;
  /** How many reconciliations of sandboxes have ended. */
  readonly reconciled: () => Promise<number>;
  /** How many keys wait to be reconciled. */
  readonly waiting: () => Promise<number>;
  /** How often it was said in the log. */
  readonly logged: (message: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** A role that every sandbox has, as the sample. */
export const ROLE_PATH = '/apis/cloister.dev/v1alpha1/agentroles/data-analyst';

const GRACE_MILLISECONDS = 15_000;
const SANDBOX_COUNT =
  /^cloister_controller_reconcile_duration_seconds_count\{controller="AgentSandbox"\} (\d+)$/m;
const QUEUE_DEPTH = /^cloister_controller_queue_depth\{[^}]*\} (\d+)$/gm;

/** Starts the operator with the flags and the rights of `manifests/install.yaml`, and with a start gate. */
export async function startMeasuredOperator(
  controlPlane: ControlPlane,
  runner: ProgramRunner,
  ownFlags: readonly string[] = [],
): Promise<MeasuredOperator> {
  const port = await freePort('127.0.0.1');
  const flags = [
    `--kubeconfig=${controlPlane.kubeconfigFor('operator')}`,
    ...deployedArguments('operator'),
    `--start-gate-image=packages.example.com/cloister/start-gate@${startGateDigest()}`,
    `--start-gate-digests=${startGateDigest()}`,
    ...ownFlags,
  ];
  const program = await runner.start('operator', flags, {
    environment: { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
    nodeFlags: figureFlags(port),
  });
  await program.ready();
  // A busy operator closes a kept connection under a request; that one is made once more, on a new connection.
  const metrics = async (): Promise<string> => {
    const ask = (): Promise<Response> => fetch(program.metricsUrl);
    return (await ask().catch(ask)).text();
  };
  return {
    figures: () => readFigures(port, '/'),
    collectedFigures: () => readFigures(port, '/collected'),
    reconciled: async () => Number(SANDBOX_COUNT.exec(await metrics())?.[1] ?? 0),
    waiting: async () => {
      const depths = [...(await metrics()).matchAll(QUEUE_DEPTH)].map(([, depth]) => Number(depth));
      return depths.reduce((sum, depth) => sum + depth, 0);
    },
    logged: async (message) => (await program.log()).split(message).length - 1,
    stop: () => program.process.stop(GRACE_MILLISECONDS),
  };
}

/** Installs Cloister without its webhook, and makes namespaces and tenants, three namespaces each; gives the namespaces. */
export async function prepareTenants(
  controlPlane: StartedControlPlane,
  count: number,
): Promise<readonly string[]> {
  await prepareCluster(controlPlane);
  const tenants = Array.from({ length: count }, (_, index) => {
    const name = `tenant-${index}`;
    return { name, namespaces: ['a', 'b', 'c'].map((suffix) => `${name}-${suffix}`) };
  });
  const namespaces = tenants.flatMap((tenant) => tenant.namespaces);
  await controlPlane.apply([
    ...readSample('role-data-analyst.yaml'),
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...tenants.map(tenantObject),
  ]);
  return namespaces;
}

const quota = { sandboxes: 10_000, hard: { 'requests.cpu': '100000' } };

function tenantObject(tenant: { readonly name: string; readonly namespaces: readonly string[] }): object {
  return {
    apiVersion: API_VERSION,
    kind: 'TenantIsolation',
    metadata: { name: tenant.name },
    spec: {
      namespaces: tenant.namespaces.map((name) => ({ name, quota })),
      roles: { allowed: ['data-analyst'] },
      onEgressOpen: 'Report',
      adopt: 'Report',
    },
  };
}

/** Waits until the gateway of every tenant has an address, without which no sandbox gets a pod. */
export async function tenantsProvided(controlPlane: ControlPlane): Promise<void> {
  const isProvided = async (): Promise<boolean> => {
    const { object } = await callAPI(controlPlane, { user: 'admin', method: 'GET', path: TENANTS });
    const { items } = object as {
      items: { status?: { gateway?: { clusterIPs?: string[] } } }[];
    };
    return items.every(({ status }) => (status?.gateway?.clusterIPs ?? []).length > 0);
  };
  await until(isProvided, () => 'the gateway of every tenant has an address');
}
