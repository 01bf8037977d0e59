import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { type ClusterCalls, clusterCalls } from '../e2e/cluster-calls.ts';
import { enrolledTenants, NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { type StartedControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import {
  type OperatorOnCluster,
  type OperatorOnClusterOptions,
  prepareCluster,
  startOperatorOn,
} from './operator-on-cluster.ts';

export const WAIT = { timeout: 30_000, interval: 100 };

/** What a test file has of a cluster of its own, on which at most one operator runs at a time. */
export interface TenantCluster extends ReturnType<typeof enrolledTenants> {
  readonly controlPlane: () => StartedControlPlane;
  readonly calls: () => ClusterCalls;
  /** Starts the operator in place of the one that runs. */
  readonly start: (options?: OperatorOnClusterOptions) => Promise<OperatorOnCluster>;
  readonly stop: () => Promise<void>;
  /** By type, the reasons of the conditions of a tenant. */
  readonly reasonsOf: (tenant: string) => Promise<Readonly<Record<string, string>>>;
  /** Waits until everything of a tenant is written but for pods, which no kubelet runs here. */
  readonly isProvided: (tenant: string) => Promise<void>;
  /** Lets everybody change what Cloister manages. */
  readonly removeGuard: () => Promise<void>;
}

/** Call it at the top of a test file. */
export function useTenantCluster(): TenantCluster {
  let controlPlane: StartedControlPlane;
  let calls: ClusterCalls;
  let running: OperatorOnCluster | undefined;
  const tenants = enrolledTenants(() => calls);
  const stop = async (): Promise<void> => {
    await running?.stop();
    running = undefined;
  };
  beforeAll(async () => {
    controlPlane = await startControlPlane({ hasCloister: true });
    await controlPlane.controllersRunning();
    calls = clusterCalls(controlPlane);
    await prepareCluster(controlPlane);
  });
  afterAll(() => controlPlane.stop());
  afterEach(stop);

  const conditionsOf = async (tenant: string) => (await tenants.statusOf(tenant)).conditions ?? [];
  /** Expects that the gateway is told of the tenant's namespaces, and of the Secret of its role in each. */
  const isTold = async (tenant: string): Promise<void> => {
    const told = async (name: string): Promise<unknown> => {
      const { object } = await calls.read(
        `${NAMESPACES}/cloister-t-${tenant}/configmaps/cloister-feed-${name}`,
      );
      const [text = '{}'] = Object.values((object['data'] ?? {}) as Record<string, string>);
      return JSON.parse(text);
    };
    const namespaces = ((await tenants.statusOf(tenant)).namespaces ?? []).map(({ name }) => name).sort();
    expect(await told('tenant')).toMatchObject({ namespaces });
    const sharedSecrets = namespaces.map((namespace) => ({ namespace, hash: expect.any(String) as string }));
    expect(await told('role-read-only')).toMatchObject({ sharedSecrets });
  };
  return {
    ...tenants,
    controlPlane: () => controlPlane,
    calls: () => calls,
    start: async (options) => {
      await stop();
      running = await startOperatorOn(controlPlane, options);
      return running;
    },
    stop,
    reasonsOf: async (tenant) =>
      Object.fromEntries((await conditionsOf(tenant)).map(({ type, reason }) => [type, reason])),
    isProvided: (tenant) =>
      vi.waitFor(async () => {
        const said = (await conditionsOf(tenant)).map(({ type, message }) => `${type}: ${message}`);
        expect(said).toEqual([
          expect.stringMatching(/^NamespacesEnrolled: Enrolled namespaces: (\d+) of \1\.$/),
          expect.stringMatching(/^PodsCompliant: All/),
          'NetworkClosed: The policies of Cloister are in place.',
          expect.stringMatching(
            /^QuotaApplied: Namespaces with a ResourceQuota: \d+\. In total they allow: /,
          ),
          'GatewayReady: Ready replicas: 0 of 2.',
          'CredentialsBound: The allowed roles have no credentials.',
          'ServicesFound: The allowed roles name no Services.',
          'Ready: These conditions do not hold: GatewayReady.',
        ]);
        await isTold(tenant);
      }, WAIT),
    removeGuard: async () => {
      const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
      for (const binding of ['cloister-managed-objects', 'cloister-managed-objects-2']) {
        await calls.remove(`${bindings}/${binding}`);
      }
    },
  };
}
