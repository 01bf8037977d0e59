import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { enrolmentLabels } from '../../src/render/enrolment-labels.ts';
import { deleteRegistrations } from '../demo/prepare.ts';
import { casesOfRun } from '../faults/sample-of.ts';
import { startFaultProxy } from '../kube/fault-proxy.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { installCloister } from '../testbed/install-cloister.ts';
import { freeLease } from '../operator/free-lease.ts';
import { createProgramRunner, type ProgramRunner, type RunningProgram } from '../testbed/program-runner.ts';
import { type ClusterCalls, clusterCalls } from './cluster-calls.ts';
import { enrolledTenants, NAMESPACES } from './enrolled-tenants.ts';
import { changeTenant, listed, TENANTS } from './tenants.ts';

let controlPlane: StartedControlPlane;
let calls: ClusterCalls;
let runner: ProgramRunner;
let operator: RunningProgram;

const { makeNamespace, makeTenant, identity, statusOf, becomes, holds } = enrolledTenants(() => calls);

const startOperator = async (kubeconfig?: string): Promise<RunningProgram> =>
  runner.start('operator', [`--kubeconfig=${kubeconfig ?? controlPlane.kubeconfigFor('operator')}`]);

beforeAll(async () => {
  controlPlane = await startControlPlane({ hasCloister: true });
  calls = clusterCalls(controlPlane);
  await installCloister(controlPlane, 'https://127.0.0.1:1');
  // No webhook runs here: what the operator does must be right without its help.
  await deleteRegistrations(controlPlane);
  runner = await createProgramRunner();
  operator = await startOperator();
  await operator.ready();
});
afterAll(async () => {
  await runner.stop();
  await controlPlane.stop();
});

describe('a namespace that a tenant lists', () => {
  test('is enrolled where it is there already: labels, and its uid in the status', async () => {
    await makeNamespace('first-a');
    await makeNamespace('first-b', { team: 'reports' });
    await makeTenant('first', ['first-a', 'first-b']);
    await holds('first', ['first-a', 'first-b']);
    expect((await identity(`${NAMESPACES}/first-b`)).labels).toMatchObject({ team: 'reports' });
    const [condition] = (await statusOf('first')).conditions ?? [];
    expect(condition).toMatchObject({
      type: 'NamespacesEnrolled',
      status: 'True',
      reason: 'Enrolled',
      observedGeneration: 1,
    });
  });

  test('is waited for where it is not there, and enrolled when it comes', async () => {
    await makeTenant('later', ['later-a']);
    await becomes('later', 'NamespaceMissing');
    expect((await statusOf('later')).namespaces ?? []).toEqual([]);
    await makeNamespace('later-a', enrolmentLabels('later'));
    await holds('later', ['later-a']);
  });

  test('is enrolled again under its new uid when it was deleted and made again', async () => {
    await controlPlane.controllersRunning();
    const { uid } = await identity(`${NAMESPACES}/later-a`);
    await calls.remove(`${NAMESPACES}/later-a`);
    await becomes('later', 'NamespaceMissing');
    const again = async (): Promise<void> => makeNamespace('later-a', enrolmentLabels('later'));
    await vi.waitFor(again, { timeout: 30_000, interval: 200 });
    await holds('later', ['later-a']);
    expect((await identity(`${NAMESPACES}/later-a`)).uid).not.toBe(uid);
  });

  test('is released when the tenant no longer lists it, and stays closed to what Pod Security refuses', async () => {
    await changeTenant(calls, 'first', () => ({ namespaces: [listed('first-a')] }));
    const labels = async () => (await identity(`${NAMESPACES}/first-b`)).labels;
    const released = async () => expect(await labels()).not.toHaveProperty(['cloister.dev/tenant']);
    await vi.waitFor(released, { timeout: 30_000 });
    expect(await labels()).toMatchObject({
      team: 'reports',
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    await holds('first', ['first-a']);
  });

  test('gets its labels back when they are removed by hand where no guard policy stops it', async () => {
    const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
    await calls.remove(`${policies}/cloister-namespaces`);
    const name = 'cloister.dev/tenant';
    const removed = {
      metadata: { labels: { [name]: null, 'pod-security.kubernetes.io/enforce': 'privileged' } },
    };
    // Until the API server has seen that the guard is gone.
    const remove = async () => (await calls.merge(`${NAMESPACES}/first-a`, removed)).status;
    await vi.waitFor(async () => expect(await remove()).toBe(200), { timeout: 10_000 });
    const labels = async () => (await identity(`${NAMESPACES}/first-a`)).labels;
    const restored = async () => expect(await labels()).toMatchObject(enrolmentLabels('first'));
    await vi.waitFor(restored, { timeout: 30_000 });
  });

  test('stays with the older of two tenants that list it', async () => {
    // Creation times are whole seconds, and of two in the same one the name decides: the older is last by name.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await makeTenant('claimant', ['first-a', 'claimed']);
    await becomes('claimant', 'EnrolledElsewhere');
    const [condition] = (await statusOf('claimant')).conditions ?? [];
    expect(condition).toMatchObject({
      status: 'False',
      message: expect.stringContaining('first-a (tenant first)'),
    });
    await holds('first', ['first-a']);
  });

  test('is not written again when all is as it should be', { retry: 0 }, async () => {
    const paths = [`${NAMESPACES}/first-a`, `${TENANTS}/first`, `${TENANTS}/claimant`];
    const before = await Promise.all(paths.map(identity));
    await operator.process.stop(5_000);
    operator = await startOperator();
    await operator.ready();
    // What is written for another tenant shows that it has looked at all of them.
    await makeNamespace('marker-a');
    await makeTenant('marker', ['marker-a']);
    await holds('marker', ['marker-a']);
    const after = await Promise.all(paths.map(identity));
    expect(after.map(({ resourceVersion }) => resourceVersion)).toEqual(
      before.map(({ resourceVersion }) => resourceVersion),
    );
  });
});

describe('an operator that is killed between two writes', () => {
  beforeAll(() => operator.process.stop(5_000));

  const isWrite = ({ pathname }: URL): boolean =>
    /\/(namespaces\/[^/]+|tenantisolations\/[^/]+\/status)$/.test(pathname);

  test.for(casesOfRun([0, 1, 2, 3, 4], 3))(
    'after %d of them, and started again, ends where it would have',
    async (most) => {
      const name = `cut-${most}`;
      await makeNamespace(`${name}-a`);
      await makeNamespace(`${name}-b`);
      await makeNamespace(`${name}-gone`, enrolmentLabels(name));
      await makeTenant(name, [`${name}-a`, `${name}-b`]);
      const proxy = await startFaultProxy(controlPlane);
      let writes = 0;
      let stopped = false;
      const isTooLate = (url: URL): boolean => isWrite(url) && ++writes > most && (stopped = true);
      proxy.answer(10_000, isTooLate, { status: 503, body: '{}' });
      const token = controlPlane.connection.tokens['operator'] ?? '';
      const cut = await startOperator(await writeProxiedKubeconfig(proxy.url, token));
      await vi.waitFor(() => expect(stopped).toBe(true), { timeout: 30_000 });
      await cut.process.stop(0);
      await freeLease(calls);
      await proxy.close();
      const whole = await startOperator();
      await holds(name, [`${name}-a`, `${name}-b`]);
      const { labels } = await identity(`${NAMESPACES}/${name}-gone`);
      expect(labels).not.toHaveProperty(['cloister.dev/tenant']);
      await whole.process.stop(5_000);
    },
  );
});
