import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readSample, readSampleObject } from '../demo/samples.ts';
import { applyTenant } from '../demo/prepare.ts';
import { startFaultProxy } from '../kube/fault-proxy.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { createProgramRunner, type ProgramRunner } from '../testbed/program-runner.ts';
import type { ServerProcess } from '../testbed/server-process.ts';
import { type RunningCloister, startCloister } from '../testbed/start-cloister.ts';
import { type ClusterCalls, clusterCalls } from './cluster-calls.ts';
import { NAMESPACE, podsPath, startGateDigest } from './samples.ts';
import { SANDBOXES, sandboxCalls } from './sandbox-calls.ts';
import { changeTenant, ROLES, TENANTS } from './tenants.ts';

const DIGEST = startGateDigest();
const OPERATOR_FLAGS = [
  `--start-gate-image=packages.example.com/cloister/start-gate@${DIGEST}`,
  `--start-gate-digests=${DIGEST}`,
  '--image-pull-policy=Never',
  `--gateway-image=packages.example.com/cloister/cloister@${DIGEST}`,
];
const NAMESPACE_PATH = `/api/v1/namespaces/${NAMESPACE}`;
const PASSED = { passed: true } as const;
const RUNNING = { gate: PASSED, agent: 'Running' } as const;

let controlPlane: StartedControlPlane;
let cloister: RunningCloister;
let calls: ClusterCalls;
let runner: ProgramRunner;
let operator: ServerProcess;

const { make, statusOf, pod, says, nextPod, play } = sandboxCalls(() => calls);

/** Has the pod of a sandbox run, and waits until its status says so. */
const run = async (name: string, spec: object = {}) => {
  await make(name, spec);
  const { metadata } = await nextPod(name);
  await play(name, RUNNING);
  await says(name, 'Ready True/Ready');
  return metadata.uid;
};

const changeSandbox = (name: string, spec: object) => calls.merge(`${SANDBOXES}/${name}`, { spec });
const isGone = async (path: string): Promise<void> =>
  vi.waitFor(async () => expect((await calls.read(path)).status).toBe(404), { timeout: 30_000 });

beforeAll(async () => {
  controlPlane = await startControlPlane();
  calls = clusterCalls(controlPlane);
  runner = await createProgramRunner();
  cloister = await startCloister(controlPlane, {
    startGateDigests: [DIGEST],
    operatorFlags: OPERATOR_FLAGS,
  });
  operator = cloister.operator;
  await applyTenant(controlPlane);
  await vi.waitFor(
    async () => {
      const { object } = await calls.read(`${TENANTS}/acme`);
      expect(object['status']).toMatchObject({ gateway: { clusterIPs: [expect.any(String)] } });
    },
    { timeout: 60_000 },
  );
});
afterAll(async () => {
  await cloister?.stop();
  await runner?.stop();
  await controlPlane?.stop();
});

describe('a sandbox', () => {
  test('of the samples gets a pod that the whole contract admits, as the operator alone may make it', async () => {
    await controlPlane.apply(readSample('sandbox-hermes.yaml'));
    const { metadata, spec } = await nextPod('hermes');
    expect(metadata.labels).toMatchObject({
      'cloister.dev/sandbox': 'hermes',
      'cloister.dev/role': 'data-analyst',
      'app.kubernetes.io/managed-by': 'cloister',
    });
    expect(spec).toMatchObject({ serviceAccountName: 'cloister-s-hermes', restartPolicy: 'Never' });
    await says(
      'hermes',
      'RoleResolved True/Resolved',
      'PodReady False/Starting',
      'EgressClosed Unknown/NotProven',
    );
    const account = await calls.read(`${NAMESPACE_PATH}/serviceaccounts/cloister-s-hermes`);
    expect(account.object).toMatchObject({ automountServiceAccountToken: false });
    const { object } = await calls.read(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-hermes`);
    const { secret = '' } = object['data'] as { secret?: string };
    expect(Buffer.from(Buffer.from(secret, 'base64').toString(), 'base64url')).toHaveLength(32);
    const { uid } = (await calls.read(`${SANDBOXES}/hermes`)).object['metadata'] as { uid: string };
    for (const owned of [metadata, account.object['metadata'], object['metadata']]) {
      expect(owned).toMatchObject({ ownerReferences: [{ kind: 'AgentSandbox', uid, controller: true }] });
    }
  });

  test('is ready when its start gate has passed and its pod is', async () => {
    await play('hermes', { gate: PASSED });
    await says('hermes', 'EgressClosed True/Closed', 'Ready False/NotReady');
    await play('hermes', RUNNING);
    const status = await says('hermes', 'PodReady True/Running', 'Ready True/Ready');
    const { metadata } = await nextPod('hermes');
    expect(status).toMatchObject({
      resolvedRole: { name: 'data-analyst' },
      pod: { name: 'hermes', uid: metadata.uid },
      policyHash: metadata.annotations?.['cloister.dev/policy-hash'],
      startTime: expect.any(String),
    });
  });

  test('and what is its are not written again when all is as it should be', async () => {
    const paths = [
      `${SANDBOXES}/hermes`,
      `${podsPath()}/hermes`,
      `${NAMESPACE_PATH}/serviceaccounts/cloister-s-hermes`,
      `${NAMESPACE_PATH}/secrets/cloister-proxy-s-hermes`,
    ];
    const versions = () =>
      Promise.all(
        paths.map(async (path) => {
          const { object } = await calls.read(path);
          return (object['metadata'] as { resourceVersion: string }).resourceVersion;
        }),
      );
    const before = await versions();
    await operator.stop(5_000);
    operator = (await cloister.startAgain('operator')).process;
    await make('marker');
    await nextPod('marker');
    expect(await versions()).toEqual(before);
  });

  test('whose start gate found something open says what, and gets another pod', async () => {
    await make('open');
    const first = await nextPod('open');
    await play('open', { gate: { passed: false, open: ['kubelet 10.0.0.1:10250/TCP'], problem: 'open' } });
    const status = await says('open', 'EgressClosed False/FoundOpen', 'PodReady False/GateFailed');
    const messages = status.conditions?.map(({ message }) => message).join('\n');
    expect(messages).toContain('kubelet 10.0.0.1:10250/TCP');
    expect(status).toMatchObject({ restarts: { count: 1, podUID: first.metadata.uid } });
    expect(status.endTime).toBeUndefined();
    await nextPod('open', first.metadata.uid);
    // What was found stays until another gate has reported.
    await says('open', 'EgressClosed False/FoundOpen');
    await play('open', RUNNING);
    await says('open', 'EgressClosed True/Closed', 'Ready True/Ready');
  });

  test('waits for its role, and runs when that is created', async () => {
    await changeTenant(calls, 'acme', ({ roles }) => ({
      roles: { ...roles, allowed: [...roles.allowed, 'later'] },
    }));
    await vi.waitFor(() => make('early', { roleRef: { name: 'later' } }), { timeout: 10_000 });
    await says('early', 'RoleResolved False/RoleNotFound', 'PodReady False/Waiting');
    const role = readSampleObject('role-read-only.yaml');
    await controlPlane.apply([{ ...role, metadata: { name: 'later' } }]);
    await nextPod('early');
    await says('early', 'RoleResolved True/Resolved');
  });

  test('keeps the default role that it was given', async () => {
    await make('default', { roleRef: undefined });
    const { metadata } = await nextPod('default');
    expect(metadata.labels).toMatchObject({ 'cloister.dev/role': 'read-only' });
    await says('default', 'RoleResolved True/Resolved');
    await changeTenant(calls, 'acme', ({ roles }) => ({ roles: { ...roles, default: 'later' } }));
    await make('other-default', { roleRef: undefined });
    expect((await nextPod('other-default')).metadata.labels).toMatchObject({ 'cloister.dev/role': 'later' });
    expect((await statusOf('default')).resolvedRole).toMatchObject({ name: 'read-only' });
    expect((await pod('default'))?.metadata.uid).toBe(metadata.uid);
  });

  test('gets another pod when its role changes what a pod is, at once or when its pod is deleted', async () => {
    const atOnce = await run('at-once', { roleRef: { name: 'later' } });
    const waiting = await run('waiting', { roleRef: { name: 'later' }, updatePolicy: 'OnDelete' });
    const sandbox = { runAsUser: 2002 };
    expect((await calls.merge(`${ROLES}/later`, { spec: { sandbox } })).status).toBe(200);
    const replaced = await nextPod('at-once', atOnce);
    expect(replaced.spec).toMatchObject({ securityContext: { runAsUser: 2002 } });
    expect((await pod('waiting'))?.metadata.uid).toBe(waiting);
    await calls.remove(`${podsPath()}/waiting`);
    const later = await nextPod('waiting', waiting);
    expect(later.spec).toMatchObject({ securityContext: { runAsUser: 2002 } });
  });

  test('whose pod the API server refuses says why in its words, and runs when it no longer does', async () => {
    const quota = { metadata: { name: 'none-more' }, spec: { hard: { pods: '1' } } };
    const path = `${NAMESPACE_PATH}/resourcequotas`;
    await calls.create(path, quota);
    // Counts are filled in by a controller, which does not run here.
    await calls.merge(`${path}/none-more/status`, { status: { hard: { pods: '1' }, used: { pods: '1' } } });
    await make('refused');
    const { conditions } = await says('refused', 'PodReady False/Refused');
    expect(conditions?.find(({ type }) => type === 'PodReady')?.message).toContain(
      'exceeded quota: none-more',
    );
    await calls.remove(`${path}/none-more`);
    await nextPod('refused');
  });

  test('that asks for what its role does not grant gets no pod, and is told all of it', async () => {
    const volumes = [{ name: 'home', mountPath: '/home', configMap: { name: 'home' } }];
    await make('wrong', { volumes });
    const { conditions } = await says('wrong', 'PodReady False/Refused');
    const { message = '' } = conditions?.find(({ type }) => type === 'PodReady') ?? {};
    expect(message).toContain('volume-mounts: container "agent", volume "home"');
    expect(await pod('wrong')).toBeUndefined();
  });

  test('mounts nothing writable that it narrows', async () => {
    const volumes = [
      { name: 'reports', mountPath: '/data/reports', persistentVolumeClaim: { claimName: 'r' } },
    ];
    await make('narrow', { volumes, narrow: { tools: ['web_search'] } });
    const { conditions } = await says('narrow', 'PodReady False/Refused');
    expect(conditions?.find(({ type }) => type === 'PodReady')?.message).toContain('grants no paths');
    await changeSandbox('narrow', { narrow: { tools: ['read_file'] } });
    const { spec } = await nextPod('narrow');
    const mount = { name: 'reports', mountPath: '/data/reports', readOnly: true };
    const volumeMounts = expect.arrayContaining([mount]) as unknown;
    expect(spec).toMatchObject({ containers: [{ volumeMounts }] });
  });

  test('loses its pod when its tenant no longer allows its role, and gets another when it does again', async () => {
    const uid = await run('unwanted', { roleRef: { name: 'later' }, restartPolicy: 'Always' });
    await changeTenant(calls, 'acme', ({ roles }) => ({
      roles: { default: 'read-only', allowed: roles.allowed.filter((role) => role !== 'later') },
    }));
    await says('unwanted', 'RoleResolved False/RoleNotAllowed', 'Ready False/NotReady');
    await isGone(`${podsPath()}/unwanted`);
    await changeTenant(calls, 'acme', ({ roles }) => ({
      roles: { ...roles, allowed: [...roles.allowed, 'later'] },
    }));
    await nextPod('unwanted', uid);
  });
});

describe('the task of a sandbox', () => {
  test('ends with its agent, and nothing is created again', async () => {
    const uid = await run('done', { restartPolicy: 'OnFailure' });
    await play('done', { gate: PASSED, agent: { exitCode: 0 } });
    const { endTime } = await says('done', 'PodReady False/Completed', 'EgressClosed True/Closed');
    expect(endTime).toBeDefined();
    expect((await pod('done'))?.metadata.uid).toBe(uid);
    await calls.remove(`${podsPath()}/done`);
    await make('after-done');
    await nextPod('after-done');
    expect(await pod('done')).toBeUndefined();
    await says('done', 'PodReady False/Completed');
  });

  test('ends with the failure of its agent under Never, and goes on under OnFailure', async () => {
    await run('fails');
    const uid = await run('tries-again', { restartPolicy: 'OnFailure' });
    for (const name of ['fails', 'tries-again']) await play(name, { gate: PASSED, agent: { exitCode: 3 } });
    const { endTime } = await says('fails', 'PodReady False/Failed');
    expect(endTime).toBeDefined();
    await says('tries-again', 'PodReady False/Restarting');
    await nextPod('tries-again', uid);
  });

  test('ends with the loss of its pod under Never, and goes on under Always', async () => {
    await run('lost');
    const uid = await run('restored', { restartPolicy: 'Always' });
    for (const name of ['lost', 'restored']) await calls.remove(`${podsPath()}/${name}`);
    await says('lost', 'PodReady False/Failed');
    await nextPod('restored', uid);
    expect(await pod('lost')).toBeUndefined();
  });

  test('ends when it is stopped', async () => {
    await run('stopped');
    await changeSandbox('stopped', { state: 'Stopped' });
    await says('stopped', 'PodReady False/Stopped', 'Ready False/NotReady');
    await isGone(`${podsPath()}/stopped`);
    expect((await statusOf('stopped')).endTime).toBeDefined();
  });

  test('takes pod, Secret and ServiceAccount with it when the sandbox is deleted, and a new one gets its own', async () => {
    await controlPlane.controllersRunning();
    await run('brief');
    const secret = async () => (await calls.read(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-brief`)).object;
    const before = await secret();
    await calls.remove(`${SANDBOXES}/brief`);
    await make('brief');
    await vi.waitFor(
      async () => {
        const { uid } = (await calls.read(`${SANDBOXES}/brief`)).object['metadata'] as { uid: string };
        const owners = [(await pod('brief'))?.metadata, (await secret())['metadata']];
        for (const owned of owners) expect(owned).toMatchObject({ ownerReferences: [{ uid }] });
      },
      { timeout: 60_000, interval: 200 },
    );
    expect((await secret())['data']).not.toEqual(before['data']);
    await calls.remove(`${SANDBOXES}/brief`);
    await isGone(`${podsPath()}/brief`);
    await isGone(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-brief`);
    await isGone(`${NAMESPACE_PATH}/serviceaccounts/cloister-s-brief`);
  });

  test('the pod of a sandbox is created by nobody but the operator', async () => {
    const one = (await nextPod('hermes')) as unknown as { metadata: object; spec: object };
    const copy = { metadata: { ...one.metadata, name: 'copy', resourceVersion: undefined, uid: undefined } };
    const { status, message } = await calls.create(podsPath(), {
      apiVersion: 'v1',
      kind: 'Pod',
      ...copy,
      spec: { ...one.spec, nodeName: undefined },
    });
    expect({ status, message }).toMatchObject({
      status: 403,
      message: expect.stringContaining('reserved-metadata'),
    });
  });
});

describe('an operator that is killed between two writes', () => {
  beforeAll(() => operator.stop(5_000));

  const isWrite = ({ pathname }: URL): boolean =>
    pathname.includes(`/namespaces/${NAMESPACE}/`) &&
    /\/(serviceaccounts\/[^/]+|secrets|pods|agentsandboxes\/[^/]+\/status)$/.test(pathname);

  test.for([0, 1, 2, 3, 4])('after %d of them, and started again, ends where it would have', async (most) => {
    const name = `cut-${most}`;
    const proxy = await startFaultProxy(controlPlane);
    let writes = 0;
    let stopped = false;
    const ofSandbox = (url: URL): boolean => isWrite(url) && (stopped ||= ++writes > most);
    proxy.answer(10_000, ofSandbox, { status: 503, body: '{}' });
    const kubeconfig = await writeProxiedKubeconfig(
      proxy.url,
      controlPlane.connection.tokens['operator'] ?? '',
    );
    const cut = await runner.start('operator', [`--kubeconfig=${kubeconfig}`, ...OPERATOR_FLAGS]);
    await make(name);
    await vi.waitFor(() => expect(stopped).toBe(true), { timeout: 30_000 });
    await cut.process.stop(0);
    await proxy.close();
    const whole = await runner.start('operator', [
      `--kubeconfig=${controlPlane.kubeconfigFor('operator')}`,
      ...OPERATOR_FLAGS,
    ]);
    const { metadata } = await nextPod(name);
    await play(name, RUNNING);
    const status = await says(name, 'Ready True/Ready');
    expect(status.pod?.uid).toBe(metadata.uid);
    await whole.process.stop(5_000);
  });
});
