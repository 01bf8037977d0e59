import type { OperatorProcess } from '../operator/operator-process.ts';
import { inEnrolled, inSystem } from '../operator/managed-objects.ts';
import { type FaultWorld, persist, ROLE, SANDBOXES, type WantedTenant } from './fault-world.ts';

/** Does something to the world; `random` chooses what to. Does nothing where it cannot be done. */
export type FaultAction = (world: FaultWorld, random: () => number) => Promise<void>;

const pick = <T>(items: readonly T[], random: () => number): T | undefined =>
  items[Math.floor(random() * items.length)];

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Bounds of the faults. The longest ones are for the long run. */
export interface FaultLimits {
  readonly maxTenants: number;
  readonly maxSandboxes: number;
  readonly etcdPauseMilliseconds: number;
  readonly maxCutMilliseconds: number;
}

const PATHS: Readonly<Record<string, string>> = {
  ConfigMap: '/api/v1/namespaces/NS/configmaps',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/NS/poddisruptionbudgets',
  ResourceQuota: '/api/v1/namespaces/NS/resourcequotas',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
  Service: '/api/v1/namespaces/NS/services',
  ServiceAccount: '/api/v1/namespaces/NS/serviceaccounts',
  StatefulSet: '/apis/apps/v1/namespaces/NS/statefulsets',
};

/** The path of a managed object of some tenant. Secrets, which no cache shows, are seen at the next resync alone. */
function someObject({ tenants }: FaultWorld, random: () => number): string | undefined {
  const paths = [...tenants].flatMap(([tenant, { namespace }]) =>
    [
      ...inEnrolled(ROLE).map((object) => [object, namespace] as const),
      ...inSystem(ROLE).map((object) => [object, `cloister-t-${tenant}`] as const),
    ].flatMap(([object, inNamespace]) => {
      const [kind = '', name = ''] = object.split(' ');
      const path = PATHS[kind]?.replace('NS', inNamespace);
      return path === undefined ? [] : [`${path}/${name}`];
    }),
  );
  return pick(paths, random);
}

function someSandbox({ tenants }: FaultWorld, random: () => number) {
  const all = [...tenants.values()].flatMap((tenant) =>
    [...tenant.sandboxes.keys()].map((name) => ({ tenant, name })),
  );
  return pick<{ readonly tenant: WantedTenant; readonly name: string }>(all, random);
}

/** The faults and changes, by name. */
export function faultActions(limits: FaultLimits): Readonly<Record<string, FaultAction>> {
  return { ...changes(limits), ...damage(), ...operatorFaults(limits), ...serverFaults(limits) };
}

function changes({ maxTenants, maxSandboxes }: FaultLimits): Record<string, FaultAction> {
  let count = 0;
  return {
    makeTenant: async (world) => {
      if (world.tenants.size < maxTenants) await world.makeTenant(`tenant-${(count += 1)}`);
    },
    deleteTenant: async (world, random) => {
      const name = pick([...world.tenants.keys()], random);
      if (name !== undefined && world.tenants.size > 1) await world.deleteTenant(name);
    },
    makeSandbox: async (world, random) => {
      const name = pick([...world.tenants.keys()], random);
      if (name === undefined || world.tenants.get(name)!.sandboxes.size >= maxSandboxes) return;
      await world.makeSandbox(name, `sandbox-${(count += 1)}`);
    },
    deleteSandbox: async (world, random) => {
      const found = someSandbox(world, random);
      if (found === undefined) return;
      const path = `${SANDBOXES(found.tenant.namespace)}/${found.name}`;
      await persist(path, () => world.calls.remove(path));
      found.tenant.sandboxes.delete(found.name);
    },
    stopSandbox: async (world, random) => {
      const found = someSandbox(world, random);
      if (found === undefined) return;
      const path = `${SANDBOXES(found.tenant.namespace)}/${found.name}`;
      await persist(path, () => world.calls.merge(path, { spec: { state: 'Stopped' } }));
      found.tenant.sandboxes.set(found.name, 'Stopped');
    },
  };
}

/** What people and other programs do by hand. It may fail: nothing is expected of it. */
function damage(): Record<string, FaultAction> {
  return {
    deleteObject: async (world, random) => {
      const path = someObject(world, random);
      if (path !== undefined) await world.calls.remove(path).catch(() => undefined);
    },
    editPolicy: async (world, random) => {
      const tenant = pick([...world.tenants.values()], random);
      if (tenant === undefined) return;
      const path = PATHS['NetworkPolicy']!.replace('NS', tenant.namespace);
      const name = pick(['cloister-default-deny', 'cloister-allow-gateway'], random)!;
      await world.calls.merge(`${path}/${name}`, { spec: { egress: [{}] } }).catch(() => undefined);
    },
    takeLabels: async (world, random) => {
      const tenant = pick([...world.tenants.values()], random);
      if (tenant === undefined) return;
      const labels = { 'pod-security.kubernetes.io/enforce': null };
      const path = `/api/v1/namespaces/${tenant.namespace}`;
      await world.calls.merge(path, { metadata: { labels } }).catch(() => undefined);
    },
    deletePod: async (world, random) => {
      const found = someSandbox(world, random);
      if (found === undefined) return;
      const path = `/api/v1/namespaces/${found.tenant.namespace}/pods/${found.name}?gracePeriodSeconds=0`;
      await world.calls.remove(path).catch(() => undefined);
    },
  };
}

function operatorFaults({ maxCutMilliseconds }: FaultLimits): Record<string, FaultAction> {
  const some = ({ operators }: FaultWorld, random: () => number): OperatorProcess | undefined =>
    pick(operators, random);
  const replace =
    (graceMilliseconds: number): FaultAction =>
    async (world, random) => {
      const operator = some(world, random);
      if (operator !== undefined) await world.stopOperator(operator, graceMilliseconds);
      await world.startOperator();
    };
  return {
    killOperator: replace(0),
    endOperator: replace(10_000),
    cutOff: async (world, random) => {
      const operator = some(world, random);
      await operator?.proxy.down();
      await pause(random() * maxCutMilliseconds);
      await operator?.proxy.up();
    },
    silence: async (world, random) => {
      const operator = some(world, random);
      operator?.proxy.delay(60_000);
      await pause(random() * maxCutMilliseconds);
      operator?.proxy.delay(0);
      operator?.proxy.reset();
    },
  };
}

function serverFaults({ etcdPauseMilliseconds }: FaultLimits): Record<string, FaultAction> {
  return {
    restartApiServer: ({ controlPlane }) => controlPlane.restartApiServer(),
    pauseEtcd: async ({ controlPlane }) => {
      controlPlane.pauseEtcd();
      await pause(etcdPauseMilliseconds);
      controlPlane.resumeEtcd();
    },
    compactHistory: async ({ controlPlane, operators }) => {
      await controlPlane.compactEtcd();
      const gone = { code: 410, reason: 'Expired', status: 'Failure', message: 'too old resource version' };
      for (const { proxy } of operators) proxy.endWatches(JSON.stringify({ type: 'ERROR', object: gone }));
    },
  };
}
