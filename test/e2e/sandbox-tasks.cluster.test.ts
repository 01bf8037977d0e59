import { describe, expect, test, vi } from 'vitest';
import { podsPath } from './samples.ts';
import { SANDBOXES, sandboxCalls } from './sandbox-calls.ts';
import { changeTenant, listed } from './tenants.ts';
import { NAMESPACE_PATH, PASSED, RUNNING, useSandboxes } from './use-sandboxes.ts';

const { calls, controlPlane, changeSandbox, isGone, make, nextPod, play, pod, run, says, statusOf } =
  useSandboxes();

describe('the task of a sandbox', () => {
  test('ends with its agent, and nothing is created again', async () => {
    const uid = await run('done', { restartPolicy: 'OnFailure' });
    await play('done', { gate: PASSED, agent: { exitCode: 0 } });
    const { endTime } = await says('done', 'PodReady False/Completed', 'EgressClosed True/Closed');
    expect(endTime).toBeDefined();
    expect((await pod('done'))?.metadata.uid).toBe(uid);
    await calls().remove(`${podsPath()}/done`);
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
    for (const name of ['lost', 'restored']) await calls().remove(`${podsPath()}/${name}`);
    await says('lost', 'PodReady False/Failed');
    await nextPod('restored', uid);
    expect(await pod('lost')).toBeUndefined();
  });

  test('ends when it is stopped, and nothing that was made for it is left', async () => {
    await run('stopped');
    await changeSandbox('stopped', { state: 'Stopped' });
    await says('stopped', 'PodReady False/Stopped', 'Ready False/NotReady');
    await isGone(`${podsPath()}/stopped`);
    await isGone(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-stopped`);
    await isGone(`${NAMESPACE_PATH}/serviceaccounts/cloister-s-stopped`);
    expect((await statusOf('stopped')).endTime).toBeDefined();
  });

  test('takes pod, Secret and ServiceAccount with it when the sandbox is deleted, and a new one gets its own', async () => {
    await controlPlane().controllersRunning();
    await run('brief');
    const secret = async () =>
      (await calls().read(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-brief`)).object;
    const before = await secret();
    await calls().remove(`${SANDBOXES}/brief`);
    await make('brief');
    await vi.waitFor(
      async () => {
        const { uid } = (await calls().read(`${SANDBOXES}/brief`)).object['metadata'] as { uid: string };
        const owners = [(await pod('brief'))?.metadata, (await secret())['metadata']];
        for (const owned of owners) expect(owned).toMatchObject({ ownerReferences: [{ uid }] });
      },
      { timeout: 60_000, interval: 200 },
    );
    expect((await secret())['data']).not.toEqual(before['data']);
    await calls().remove(`${SANDBOXES}/brief`);
    await isGone(`${podsPath()}/brief`);
    await isGone(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-brief`);
    await isGone(`${NAMESPACE_PATH}/serviceaccounts/cloister-s-brief`);
  });

  test('survives the loss of its proxy Secret', async () => {
    await make('secretless');
    await nextPod('secretless');
    const path = `${NAMESPACE_PATH}/secrets/cloister-proxy-s-secretless`;
    await calls().remove(path);
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret not found' };
    const container = {
      name: 'agent',
      image: '',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { waiting },
    };
    await calls().merge(`${podsPath()}/secretless/status`, { status: { containerStatuses: [container] } });
    await vi.waitFor(async () => expect((await calls().read(path)).status).toBe(200), { timeout: 30_000 });
  });

  test('the pod of a sandbox is created by nobody but the operator', async () => {
    const one = (await nextPod('restored')) as unknown as { metadata: object; spec: object };
    const copy = { metadata: { ...one.metadata, name: 'copy', resourceVersion: undefined, uid: undefined } };
    const { status, message } = await calls().create(podsPath(), {
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

describe('a namespace that its tenant no longer lists', () => {
  test('loses all that was made for its sandboxes, also for those that have ended, and they say why', async () => {
    const own = '/api/v1/namespaces/leaving';
    await calls().create('/api/v1/namespaces', { metadata: { name: 'leaving' } });
    await changeTenant(calls(), 'acme', ({ namespaces }) => ({
      namespaces: [...namespaces, listed('leaving')],
    }));
    const leaving = sandboxCalls(calls, 'leaving');
    await vi.waitFor(() => leaving.make('runs'), { timeout: 30_000 });
    await leaving.make('ended');
    for (const name of ['runs', 'ended']) await leaving.nextPod(name);
    await leaving.play('runs', RUNNING);
    await leaving.play('ended', { gate: PASSED, agent: { exitCode: 0 } });
    await leaving.says('ended', 'PodReady False/Completed');
    await changeTenant(calls(), 'acme', ({ namespaces }) => ({
      namespaces: namespaces.filter(({ name }) => name !== 'leaving'),
    }));
    for (const name of ['runs', 'ended']) {
      await isGone(`${own}/pods/${name}`);
      await isGone(`${own}/serviceaccounts/cloister-s-${name}`);
      await isGone(`${own}/secrets/cloister-proxy-s-${name}`);
      await leaving.says(name, 'RoleResolved False/NotEnrolled');
    }
    const labels = async () => ((await calls().read(own)).object['metadata'] as { labels: object }).labels;
    await vi.waitFor(async () => expect(await labels()).not.toHaveProperty(['cloister.dev/tenant']), {
      timeout: 30_000,
    });
    await leaving.says('ended', 'PodReady False/Completed');
  });
});
