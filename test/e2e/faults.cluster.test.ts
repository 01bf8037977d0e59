import { describe, expect, test, vi } from 'vitest';
import type { callAPI } from '../testbed/api-request.ts';
import { answersOK } from '../testbed/answers-ok.ts';
import {
  deleteRegistrations,
  FIRST_REFUSAL,
  restoreRegistrations,
  waitUntilRefused,
} from '../demo/prepare.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { createReviewClient } from '../webhook/review-client.ts';
import { startFaultProxy } from '../kube/fault-proxy.ts';
import { writeProxiedKubeconfig } from '../kube/proxied-kubeconfig.ts';
import { freePort } from '../testbed/free-port.ts';
import { createProgramRunner } from '../testbed/program-runner.ts';
import { whoRefused } from '../testbed/who-refused.ts';
import { startPodLoad } from './pod-load.ts';
import { compliantPod, podsPath, writableRootPod } from './samples.ts';
import { ROLES } from './tenants.ts';
import { useCloister } from './use-cloister.ts';

const inUse = useCloister();

const serviceAccount = (namespace: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'hermes', namespace },
});

describe('with the webhook killed', () => {
  const STAYS = `${podsPath()}/stays`;
  test('it is', async () => {
    const finalizers = { '/metadata/finalizers': ['example.com/hold', 'example.com/keep'] };
    expect(await inUse.calls.create(podsPath(), compliantPod('stays', finalizers))).toMatchObject({
      status: 201,
    });
    await inUse.cloister.webhook.stop(0);
  });

  test.for(['cloister-system', 'kube-system', 'unrelated'])(
    'pods of %s are made as ever',
    async (namespace) => {
      await inUse.controlPlane.apply([serviceAccount(namespace)]);
      const path = `${podsPath(namespace)}?dryRun=All`;
      expect(await inUse.calls.create(path, writableRootPod('free'))).toMatchObject({
        status: 201,
        message: '',
      });
    },
  );

  const refused: readonly [string, () => ReturnType<typeof callAPI>][] = [
    ['a compliant pod', () => inUse.calls.create(podsPath(), compliantPod('late'))],
    ['exec', () => inUse.calls.connect(`${STAYS}/exec?command=sh&stdout=true`)],
    [
      'a change of an image',
      () =>
        inUse.calls.strategicMerge(STAYS, {
          spec: { containers: [{ name: 'agent', image: `ghcr.io/acme/other@sha256:${'cd'.repeat(32)}` }] },
        }),
    ],
  ];
  test.for(refused)('%s is refused in the enrolled namespace, and the message says why', async ([, ask]) => {
    const { status, message } = await ask();
    expect(status).toBe(500);
    expect(message).toMatch(/failed calling webhook "decide\.cloister\.dev".*connection refused/);
  });

  test('a bad pod is refused before that, by what needs no webhook', async () => {
    const { message } = await inUse.calls.create(podsPath(), writableRootPod('bad'));
    expect(whoRefused(message)).toBe('Policy/cloister-backstop');
  });

  const left: readonly [string, string, object][] = [
    ['be given a label', STAYS, { metadata: { labels: { team: 'reports' } } }],
    ['be given a status', `${STAYS}/status`, { status: { phase: 'Running' } }],
    ['lose a finalizer', STAYS, { metadata: { finalizers: ['example.com/keep'] } }],
  ];
  test.for(left)('a pod of the enrolled namespace can %s', async ([, path, patch]) => {
    expect(await inUse.calls.merge(path, patch)).toMatchObject({ status: 200, message: '' });
  });

  test('it can be deleted, and goes with its last finalizer', async () => {
    expect(await inUse.calls.remove(`${STAYS}?gracePeriodSeconds=0`)).toMatchObject({ status: 200 });
    expect(await inUse.calls.merge(STAYS, { metadata: { finalizers: null } })).toMatchObject({ status: 200 });
    expect(await inUse.calls.read(STAYS)).toMatchObject({ status: 404 });
  });

  test('a role cannot be changed, and can be labelled and deleted', async () => {
    const path = `${ROLES}/devops`;
    const changed = await inUse.calls.merge(path, { spec: { description: 'Changed.' } });
    expect(changed.message).toMatch(/failed calling webhook "kinds\.cloister\.dev"/);
    expect(await inUse.calls.merge(path, { metadata: { labels: { a: 'b' } } })).toMatchObject({
      status: 200,
    });
    expect(await inUse.calls.remove(path)).toMatchObject({ status: 200 });
  });

  test('one that comes back on the same address reviews again', async () => {
    await inUse.cloister.startAgain('webhook');
    const create = async () => inUse.calls.create(`${podsPath()}?dryRun=All`, compliantPod('again'));
    await vi.waitFor(async () => expect(await create()).toMatchObject({ status: 201 }), { timeout: 10_000 });
    await waitUntilRefused(inUse.controlPlane, FIRST_REFUSAL);
  });
});

test('a webhook that cannot list the roles is unready and answers 503, until it can', async () => {
  const { controlPlane } = inUse;
  const token = controlPlane.connection.tokens['webhook'] ?? '';
  const proxy = await startFaultProxy(controlPlane);
  let broken = true;
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500 });
  proxy.answer(10_000, ({ pathname }) => broken && pathname.endsWith('/agentroles'), { status: 500, body });
  const runner = await createProgramRunner();
  const port = await freePort('127.0.0.1');
  try {
    const webhook = await runner.start('webhook', [
      `--kubeconfig=${await writeProxiedKubeconfig(proxy.url, token)}`,
      `--port=${port}`,
      `--metrics-port=${await freePort('127.0.0.1')}`,
      `--url=https://127.0.0.1:${port}`,
      '--drain-seconds=0',
    ]);
    await vi.waitFor(async () => expect(await askDirectly(port)).toBe(503), { timeout: 20_000 });
    expect(await (await fetch(`${webhook.probeUrl}/readyz`)).text()).toContain('not synced: agentroles');
    expect(await answersOK(`${webhook.probeUrl}/livez`)).toBe(true);
    broken = false;
    await webhook.ready();
    expect(await askDirectly(port)).toBe(200);
  } finally {
    await runner.stop();
    await proxy.close();
  }
});

test('registrations that are deleted and made again are trusted again; no bad pod gets in', async () => {
  const { controlPlane, cloister } = inUse;
  // What needs a role is not reviewed while there is no registration; what needs none still is.
  const load = startPodLoad(controlPlane, 2, writableRootPod);
  await deleteRegistrations(controlPlane);
  await restoreRegistrations(controlPlane, cloister.webhookUrl);
  const create = async () => inUse.calls.create(`${podsPath()}?dryRun=All`, compliantPod('trusted'));
  await vi.waitFor(async () => expect(await create()).toMatchObject({ status: 201 }), { timeout: 20_000 });
  expect(await load.stop()).toMatchObject({ letThrough: 0 });
});

test('an API server that is restarted finds the webhook as it was; no bad pod gets in', async () => {
  const { controlPlane } = inUse;
  const load = startPodLoad(controlPlane, 2);
  await controlPlane.restartApiServer();
  await waitUntilRefused(controlPlane, FIRST_REFUSAL);
  const path = `${ROLES}/data-analyst`;
  await inUse.calls.merge(path, { spec: { sandbox: { limits: { memory: '128Mi' } } } });
  const create = async () => inUse.calls.create(`${podsPath()}?dryRun=All`, compliantPod('after'));
  // What changes after the restart is seen: the watches go on.
  await vi.waitFor(async () => expect((await create()).message).toMatch(/at most "128Mi"/), {
    timeout: 30_000,
  });
  const { letThrough } = await load.stop();
  expect(letThrough).toBe(0);
  expect(await createsInNamespace('unrelated')).toBe(201);
});

test('programs that start while the API server is down wait for it', { timeout: 120_000 }, async () => {
  const { controlPlane, cloister } = inUse;
  await Promise.all([cloister.operator.stop(5_000), controlPlane.stopApiServer()]);
  const runner = await createProgramRunner();
  const port = await freePort('127.0.0.1');
  const flags = [`--port=${port}`, `--metrics-port=${await freePort('127.0.0.1')}`, '--drain-seconds=0'];
  const kubeconfig = (user: string): string => `--kubeconfig=${controlPlane.kubeconfigFor(user)}`;
  try {
    const programs = [
      await runner.start('operator', [kubeconfig('operator')]),
      await runner.start('webhook', [kubeconfig('webhook'), `--url=https://127.0.0.1:${port}`, ...flags]),
    ];
    for (const { probeUrl } of programs) {
      await vi.waitFor(async () => expect(await answersOK(`${probeUrl}/livez`)).toBe(true), {
        timeout: 30_000,
      });
      expect(await answersOK(`${probeUrl}/readyz`)).toBe(false);
    }
    await controlPlane.startApiServer();
    await Promise.all(programs.map(({ ready }) => ready()));
  } finally {
    await runner.stop();
  }
});

async function createsInNamespace(namespace: string): Promise<number> {
  return (await inUse.calls.create(`${podsPath(namespace)}?dryRun=All`, writableRootPod('free'))).status;
}

/** Asks a webhook as the API server would; gives the HTTP status, 0 where nothing answers yet. */
async function askDirectly(port: number): Promise<number> {
  const path = '/api/v1/namespaces/cloister-system/configmaps/cloister-ca';
  const { object } = await inUse.calls.read(path);
  const { 'ca.crt': authority = '' } = object['data'] as Record<string, string>;
  const client = createReviewClient(port, authority);
  try {
    return (await client.send('/decide', JSON.stringify(buildAdmissionReview()))).status;
  } catch {
    return 0;
  } finally {
    client.close();
  }
}
