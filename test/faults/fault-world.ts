import { readSample } from '../demo/samples.ts';
import { type ClusterCalls, clusterCalls } from '../e2e/cluster-calls.ts';
import { sandboxCalls } from '../e2e/sandbox-calls.ts';
import { listed, TENANTS } from '../e2e/tenants.ts';
import { OPERATOR_FLAGS } from '../e2e/use-sandboxes.ts';
import { prepareCluster } from '../operator/operator-on-cluster.ts';
import { type OperatorProcess, startOperatorProcess } from '../operator/operator-process.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { createProgramRunner, type ProgramRunner } from '../testbed/program-runner.ts';
import { untilSandboxesAreCounted } from './until-counted.ts';

/** A tenant that there must be, and the sandboxes in its namespace that must be there. */
export interface WantedTenant {
  readonly namespace: string;
  readonly sandboxes: Map<string, 'Running' | 'Stopped'>;
}

/** A cluster, what people asked for on it, and the operators that run. */
export interface FaultWorld {
  readonly controlPlane: StartedControlPlane;
  readonly calls: ClusterCalls;
  readonly runner: ProgramRunner;
  readonly tenants: Map<string, WantedTenant>;
  /** Namespaces of tenants that were deleted, by the tenant. */
  readonly formerTenants: Map<string, string>;
  readonly operators: OperatorProcess[];
  readonly startOperator: () => Promise<OperatorProcess>;
  /** Ends one: by SIGTERM, or with no grace by SIGKILL. */
  readonly stopOperator: (operator: OperatorProcess, graceMilliseconds: number) => Promise<void>;
  readonly stopOperators: (graceMilliseconds: number) => Promise<void>;
  readonly makeTenant: (name: string) => Promise<void>;
  readonly deleteTenant: (name: string) => Promise<void>;
  readonly makeSandbox: (tenant: string, name: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The one role that its tenants may use. */
export const ROLE = 'data-analyst';

export const SANDBOXES = (namespace: string): string =>
  `/apis/cloister.dev/v1alpha1/namespaces/${namespace}/agentsandboxes`;

/** Starts a cluster with Cloister's kinds, policies and rights, on which anybody may change what Cloister manages. */
export async function startFaultWorld(): Promise<FaultWorld> {
  const controlPlane = await startControlPlane({ hasCloister: true });
  await controlPlane.controllersRunning();
  await prepareCluster(controlPlane);
  await controlPlane.apply(readSample(`role-${ROLE}.yaml`));
  const calls = clusterCalls(controlPlane);
  await removeGuards(calls);
  await untilSandboxesAreCounted(calls);
  const runner = await createProgramRunner();
  const operators: OperatorProcess[] = [];
  const end: FaultWorld['stopOperator'] = async (operator, graceMilliseconds) => {
    await operator.process.stop(graceMilliseconds);
    await operator.proxy.close().catch(() => undefined);
    operators.splice(operators.indexOf(operator), 1);
  };
  return {
    controlPlane,
    calls,
    runner,
    operators,
    ...people(calls),
    startOperator: async () => {
      const operator = await startOperatorProcess(controlPlane, runner, OPERATOR_FLAGS);
      operators.push(operator);
      return operator;
    },
    stopOperator: end,
    stopOperators: async (graceMilliseconds) => {
      for (const operator of operators.slice()) await end(operator, graceMilliseconds);
    },
    stop: async () => {
      await runner.stop();
      await controlPlane.stop();
    },
  };
}

async function removeGuards(calls: ClusterCalls): Promise<void> {
  const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
  for (const binding of ['cloister-managed-objects', 'cloister-managed-objects-2', 'cloister-namespaces']) {
    await calls.remove(`${bindings}/${binding}`);
  }
}

/** What platform and application engineers do. Whatever is refused for a while is tried again. */
function people(calls: ClusterCalls) {
  const tenants = new Map<string, WantedTenant>();
  const formerTenants = new Map<string, string>();
  return {
    tenants,
    formerTenants,
    makeTenant: async (name: string): Promise<void> => {
      const namespace = `${name}-agents`;
      await persist(`namespace ${namespace}`, () =>
        calls.create('/api/v1/namespaces', { metadata: { name: namespace } }),
      );
      const spec = {
        namespaces: [listed(namespace)],
        roles: { allowed: [ROLE] },
        onEgressOpen: 'Report',
        adopt: 'Report',
      };
      const type = { apiVersion: 'cloister.dev/v1alpha1', kind: 'TenantIsolation' };
      await persist(`tenant ${name}`, () => calls.create(TENANTS, { ...type, metadata: { name }, spec }));
      tenants.set(name, { namespace, sandboxes: new Map() });
    },
    deleteTenant: async (name: string): Promise<void> => {
      await persist(`end of tenant ${name}`, () => calls.remove(`${TENANTS}/${name}`));
      formerTenants.set(name, tenants.get(name)?.namespace ?? '');
      tenants.delete(name);
    },
    makeSandbox: async (tenant: string, name: string): Promise<void> => {
      const { namespace, sandboxes } = tenants.get(tenant)!;
      await untilDone(`sandbox ${name}`, () =>
        // With Always a pod that somebody takes is made again.
        sandboxCalls(() => calls, namespace).make(name, { restartPolicy: 'Always' }),
      );
      sandboxes.set(name, 'Running');
    },
  };
}

/** Sends a request until it is answered with success, or with what shows that an earlier attempt had it. */
export async function persist(what: string, send: () => ReturnType<ClusterCalls['read']>): Promise<void> {
  await untilDone(what, async () => {
    const { status, message } = await send();
    if (status >= 400 && status !== 409 && status !== 404) throw new Error(`${status} ${message}`);
  });
}

const PATIENCE_MILLISECONDS = 120_000;

async function untilDone(what: string, act: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (/ 409 /.test(String(error))) return;
      if (performance.now() > deadline) throw new Error(`${what} could not be had`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
