import { describe, expect, test, vi } from 'vitest';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { changeTenant, TENANTS } from '../e2e/tenants.ts';
import { IN_ENROLLED, IN_SYSTEM, managedIn } from './managed-objects.ts';
import { runRelease } from './run-release.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces';

const { calls, controlPlane, start, stop, makeNamespace, makeTenant, statusOf, isProvided } =
  useTenantCluster();

describe('what is released', () => {
  test('is a namespace that the tenant lists no more, but only when its sandboxes have ended', async () => {
    await makeNamespace('leave-a');
    await makeNamespace('leave-b');
    await start();
    await makeTenant('leave', ['leave-a', 'leave-b']);
    await isProvided('leave');
    await sandboxPod('leave-b');
    await changeTenant(calls(), 'leave', ({ namespaces }) => ({ namespaces: namespaces.slice(0, 1) }));
    await vi.waitFor(async () => {
      const { namespaces } = await statusOf('leave');
      expect(namespaces?.map(({ name }) => name)).toEqual(['leave-a']);
    }, WAIT);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const withoutSecret = IN_ENROLLED.filter((object) => !object.startsWith('Secret '));
    expect(await managedIn(controlPlane(), 'leave-b')).toEqual(withoutSecret);
    await calls().remove(`${NAMESPACES}/leave-b/pods/agent?gracePeriodSeconds=0`);
    await vi.waitFor(async () => expect(await labelOf('leave-b')).toBeUndefined(), WAIT);
    expect(await managedIn(controlPlane(), 'leave-b')).toEqual([]);
    expect(await managedIn(controlPlane(), 'leave-a')).toEqual(IN_ENROLLED);
    expect(await managedIn(controlPlane(), 'cloister-t-leave')).toEqual(IN_SYSTEM);
  });

  test('is everything of a tenant that is deleted', async () => {
    await start();
    await calls().remove(`${TENANTS}/leave`);
    await vi.waitFor(async () => {
      expect((await calls().read(`${NAMESPACES}/cloister-t-leave`)).status).toBe(404);
    }, WAIT);
    expect(await managedIn(controlPlane(), 'leave-a')).toEqual([]);
    expect(await labelOf('leave-a')).toBeUndefined();
    const bindings = await calls().read(`${RBAC}/leave-a/rolebindings`);
    expect(bindings.object['items']).toEqual([]);
  });

  test('is nothing while another operator leads, which would make it again', async () => {
    await makeNamespace('led-agents');
    const { operator, errors } = await start();
    await makeTenant('led', ['led-agents']);
    await isProvided('led');
    expect(operator.isLeader()).toBe(true);
    const releasing = runRelease(controlPlane());
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(await managedIn(controlPlane(), 'led-agents')).toEqual(IN_ENROLLED);
    expect(await labelOf('led-agents')).toBe('led');
    expect(errors).toEqual([]);
    await stop();
    await releasing;
    expect(await managedIn(controlPlane(), 'led-agents')).toEqual([]);
    await calls().remove(`${TENANTS}/led`);
  });

  test('is everything of every tenant, with --release', async () => {
    await makeNamespace('other-agents');
    await start();
    await makeTenant('other', ['other-agents']);
    await isProvided('other');
    await stop();
    expect(await runRelease(controlPlane())).toContain('everything that was made for tenants is away');
    const { object } = await calls().read(`${NAMESPACES}?labelSelector=cloister.dev/tenant`);
    expect(object['items']).toEqual([]);
    const system = await calls().read(`${NAMESPACES}?labelSelector=cloister.dev/system`);
    expect(system.object['items']).toEqual([]);
    expect((await calls().read(`${TENANTS}/other`)).status).toBe(200);
  });
});

async function labelOf(namespace: string): Promise<string | undefined> {
  const { object } = await calls().read(`${NAMESPACES}/${namespace}`);
  const { labels } = object['metadata'] as { labels?: Record<string, string> };
  return labels?.['cloister.dev/tenant'];
}

/** As the operator: the policies let nobody else say that a pod is a sandbox's. */
async function sandboxPod(namespace: string): Promise<void> {
  const container = {
    name: 'agent',
    image: 'packages.example.com/agent:1',
    resources: { requests: { cpu: '10m' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const pod = {
    metadata: {
      name: 'agent',
      labels: { 'cloister.dev/role': 'read-only', 'cloister.dev/sandbox': 'agent' },
    },
    spec: {
      containers: [container],
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1001, seccompProfile: { type: 'RuntimeDefault' } },
    },
  };
  const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
  await calls().remove(`${bindings}/cloister-backstop`);
  const create = async () => {
    const answer = await calls().create(`${NAMESPACES}/${namespace}/pods`, pod);
    expect(`${answer.status} ${answer.message}`).toBe('201 ');
  };
  await vi.waitFor(create, WAIT);
}
