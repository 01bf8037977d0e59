import { beforeAll, expect, vi } from 'vitest';
import type { AgentSandbox } from '../../src/api/agent-sandbox.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createMemoryVault, type MemoryVault } from '../build/memory-vault.ts';
import { readSampleObject } from '../demo/samples.ts';
import { sandboxCalls } from '../e2e/sandbox-calls.ts';
import { OPERATOR_FLAGS } from '../e2e/use-sandboxes.ts';
import { KINDS, TENANTS } from '../e2e/tenants.ts';
import type { OperatorOnCluster, OperatorOnClusterOptions } from './operator-on-cluster.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

export const TENANT = 'acme';
export const NAMESPACE = 'acme-agents';
export const SYSTEM = '/api/v1/namespaces/cloister-t-acme';
export const SANDBOXES = `${KINDS}/namespaces/${NAMESPACE}/agentsandboxes`;

/** Runs ten times as fast, so that nobody waits for a login to settle. */
const BEGAN = systemClock.now();
const FAST: Clock = {
  now: () => BEGAN + (systemClock.now() - BEGAN) * 10,
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 10, signal),
};

/** The name of a sandbox in Vault. */
export const nameOf = (sandbox: string): string => `cloister.${TENANT}.${NAMESPACE}.${sandbox}`;

/** A cluster with a tenant whose role reads a secret of Vault, and a Vault in memory. Call it at the top of a test file. */
export function useIdentities() {
  const cluster = useTenantCluster();
  const { calls } = cluster;
  const sandboxes = sandboxCalls(calls, NAMESPACE);
  let vault: MemoryVault;
  /** The UIDs that were asked for last. */
  const accounts = new Map<string, string>();
  beforeAll(async () => {
    vault = createMemoryVault();
    const role = structuredClone(readSampleObject('role-read-only.yaml')) as {
      metadata: { name: string };
      spec: Record<string, unknown>;
    };
    role.metadata.name = 'vaulted';
    role.spec['credentials'] = [{ name: 'crm', attach: { type: 'Bearer' } }];
    await cluster.controlPlane().apply([role]);
    await cluster.makeNamespace(NAMESPACE);
    await makeTenant();
  });
  const makeTenant = async (): Promise<void> => {
    const { status, message } = await calls().create(TENANTS, {
      apiVersion: 'cloister.dev/v1alpha1',
      kind: 'TenantIsolation',
      metadata: { name: TENANT },
      spec: {
        namespaces: [
          {
            name: NAMESPACE,
            quota: { sandboxes: 100, hard: { 'requests.cpu': '1000', 'requests.memory': '1Ti' } },
          },
        ],
        roles: { allowed: ['read-only', 'vaulted'] },
        onEgressOpen: 'Report',
        adopt: 'Report',
        vault: { authMount: 'kubernetes' },
        credentials: [{ name: 'crm', vaultKV: { mount: 'secret', path: 'acme/crm', key: 'token' } }],
      },
    });
    if (status >= 400) throw new Error(`the tenant: ${status} ${message}`);
  };
  const found = async (path: string): Promise<boolean> => (await calls().read(path)).status === 200;
  const accountUID = async (name: string): Promise<string> => {
    const { object } = await calls().read(`${SYSTEM}/serviceaccounts/${NAMESPACE}.${name}`);
    const { uid } = object['metadata'] as { uid: string };
    accounts.set(name, uid);
    return uid;
  };
  return {
    ...cluster,
    ...sandboxes,
    vault: () => vault,
    makeTenant,
    accountUID,
    begin: async (options: OperatorOnClusterOptions = {}): Promise<OperatorOnCluster> =>
      cluster.start({ vault: vault.identities, clock: FAST, flags: OPERATOR_FLAGS, ...options }),
    make: (name: string, spec: object = {}) =>
      sandboxes.make(name, { roleRef: { name: 'vaulted' }, ...spec }),
    remove: (name: string) => calls().remove(`${SANDBOXES}/${name}`),
    read: async (name: string): Promise<AgentSandbox> =>
      (await calls().read(`${SANDBOXES}/${name}`)).object as unknown as AgentSandbox,
    /** Waits until a sandbox can log in. */
    isReady: async (name: string): Promise<void> => {
      await sandboxes.says(name, 'CredentialsReady True/Ready');
      expect(vault.roles.has(nameOf(name))).toBe(true);
      expect(await found(`${SYSTEM}/secrets/${NAMESPACE}.${name}`)).toBe(true);
    },
    /** Expects that nothing is left of an identity. */
    isAway: (name: string): Promise<void> =>
      vi.waitFor(async () => {
        expect(vault.policies.has(nameOf(name)) || vault.roles.has(nameOf(name))).toBe(false);
        expect(vault.entities.get(accounts.get(name) ?? '')).toBeUndefined();
        expect(await found(`${SYSTEM}/serviceaccounts/${NAMESPACE}.${name}`)).toBe(false);
        expect(await found(`${SYSTEM}/secrets/${NAMESPACE}.${name}`)).toBe(false);
      }, WAIT),
    /** Waits until a sandbox is deleted. */
    isGone: (name: string): Promise<void> =>
      vi.waitFor(async () => expect(await found(`${SANDBOXES}/${name}`)).toBe(false), WAIT),
  };
}
