import { expect, vi } from 'vitest';
import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import { enrolmentLabels } from '../../src/render/enrolment-labels.ts';
import type { ClusterCalls } from './cluster-calls.ts';
import { listed, TENANTS } from './tenants.ts';

export const NAMESPACES = '/api/v1/namespaces';

/** What a namespace or a tenant is known by. */
export interface Identity {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Makes and reads namespaces and tenants as an administrator; whatever is refused throws. */
export function enrolledTenants(calls: () => ClusterCalls) {
  const done = async (
    answer: ReturnType<ClusterCalls['read']>,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const { status, message, object } = await answer;
    if (status >= 400) throw new Error(`${status} ${message}`);
    return object;
  };
  const makeNamespace = async (
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    // A policy that was installed a moment ago does not know the kind of its parameters yet, and refuses everything.
    const answer = await vi.waitFor(
      async () => {
        const made = await calls().create(NAMESPACES, { metadata: { name, labels } });
        expect(made.message).not.toContain('failed to configure binding');
        return made;
      },
      { timeout: 30_000, interval: 200 },
    );
    await done(Promise.resolve(answer));
  };
  const makeTenant = async (name: string, namespaces: readonly string[]): Promise<void> => {
    const spec = {
      namespaces: namespaces.map(listed),
      roles: { allowed: ['read-only'] },
      onEgressOpen: 'Report',
      adopt: 'Report',
    };
    const type = { apiVersion: 'cloister.dev/v1alpha1', kind: 'TenantIsolation' };
    await done(calls().create(TENANTS, { ...type, metadata: { name }, spec }));
  };
  const identity = async (path: string): Promise<Identity> =>
    (await done(calls().read(path)))['metadata'] as Identity;
  const statusOf = async (tenant: string): Promise<NonNullable<TenantIsolation['status']>> =>
    (await done(calls().read(`${TENANTS}/${tenant}`)))['status'] ?? {};

  /** Waits until the tenant's condition has the reason. */
  const becomes = async (tenant: string, reason: string): Promise<void> => {
    const reasonOf = async (): Promise<string | undefined> =>
      (await statusOf(tenant)).conditions?.[0]?.reason;
    await vi.waitFor(async () => expect(await reasonOf()).toBe(reason), { timeout: 30_000, interval: 100 });
  };
  /** Waits until the tenant has exactly these namespaces, each with the labels and under its present uid. */
  const holds = async (tenant: string, namespaces: readonly string[]): Promise<void> => {
    await becomes(tenant, 'Enrolled');
    const found = await Promise.all(
      namespaces.map(async (name) => {
        const { uid, labels } = await identity(`${NAMESPACES}/${name}`);
        expect(labels).toMatchObject(enrolmentLabels(tenant));
        return { name, uid };
      }),
    );
    expect((await statusOf(tenant)).namespaces).toEqual(found);
  };
  return { makeNamespace, makeTenant, identity, statusOf, becomes, holds };
}
