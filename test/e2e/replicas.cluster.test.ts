import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decodeAuthorities, encodeAuthorities } from '../../src/certificates/stored-authorities.ts';
import { createCertificateAuthority } from '../../src/certificates/issue.ts';
import { STAGING } from '../../src/certificates/lifetimes.ts';
import { applyTenant, FIRST_REFUSAL, waitUntilRefused } from '../demo/prepare.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { freePort } from '../testbed/free-port.ts';
import { installCloister } from '../testbed/install-cloister.ts';
import { createProgramRunner, type ProgramRunner, type RunningProgram } from '../testbed/program-runner.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type ClusterCalls, clusterCalls } from './cluster-calls.ts';
import { startPodLoad } from './pod-load.ts';
import { startGateDigest } from './samples.ts';

/** A replica of the webhook behind the balancer. */
type Replica = RunningProgram & { readonly port: number };

let controlPlane: StartedControlPlane;
let calls: ClusterCalls;
let runner: ProgramRunner;
let balancer: Balancer;
let url = '';
let replicas: Replica[] = [];

const ADDRESS = '127.0.0.1';
const SENDERS = 4;

async function startReplica(): Promise<Replica> {
  const port = await freePort(ADDRESS);
  const program = await runner.start('webhook', [
    `--kubeconfig=${controlPlane.kubeconfigFor('webhook')}`,
    `--port=${port}`,
    `--metrics-port=${await freePort(ADDRESS)}`,
    `--url=${url}`,
    `--start-gate-digests=${startGateDigest()}`,
    '--drain-seconds=2',
  ]);
  await program.ready();
  return { ...program, port };
}

const useReplicas = (...chosen: Replica[]): void => {
  replicas = chosen;
  balancer.use(chosen.map(({ port }) => port));
};

/** Starts what is missing of two replicas. */
async function twoReplicas(): Promise<readonly [Replica, Replica]> {
  const running = replicas.filter(({ process }) => process.running);
  while (running.length < 2) running.push(await startReplica());
  useReplicas(...running);
  return running as unknown as readonly [Replica, Replica];
}

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
  calls = clusterCalls(controlPlane);
  const port = await freePort(ADDRESS);
  url = `https://${ADDRESS}:${port}`;
  await installCloister(controlPlane, url);
  runner = await createProgramRunner();
  balancer = await startBalancer(port);
  const operator = await runner.start('operator', [`--kubeconfig=${controlPlane.kubeconfigFor('operator')}`]);
  await operator.ready();
  await twoReplicas();
  await applyTenant(controlPlane);
  await waitUntilRefused(controlPlane, FIRST_REFUSAL);
});
afterAll(async () => {
  await runner.stop();
  await balancer.close();
  await controlPlane.stop();
});

/** Lets some more pods be admitted, so that what was disturbed has been used again. */
async function admitMore(load: ReturnType<typeof startPodLoad>, more: number): Promise<void> {
  const { admitted } = load.outcome();
  await vi.waitFor(() => expect(load.outcome().admitted).toBeGreaterThan(admitted + more), {
    timeout: 20_000,
  });
}

test('a replica that is asked to end loses no review', async () => {
  const [leaving, staying] = await twoReplicas();
  const load = startPodLoad(controlPlane, SENDERS);
  await admitMore(load, 20);
  useReplicas(staying);
  await leaving.process.stop(20_000);
  await admitMore(load, 20);
  expect(await load.stop()).toMatchObject({ failed: [], letThrough: 0 });
});

test('a replica that is killed costs at most the reviews that it held, and lets nothing through', async () => {
  const [killed, staying] = await twoReplicas();
  const load = startPodLoad(controlPlane, SENDERS);
  await admitMore(load, 20);
  await killed.process.stop(0);
  useReplicas(staying);
  await admitMore(load, 100);
  const { failed, letThrough } = await load.stop();
  expect(letThrough).toBe(0);
  for (const failure of failed) expect(failure).toMatch(/failed calling webhook "decide\.cloister\.dev"/);
  // Each sender may have had one under way, and one more on its way to the port that is gone.
  expect(failed.length).toBeLessThanOrEqual(2 * SENDERS);
});

const SECRET = '/api/v1/namespaces/cloister-system/secrets/cloister-webhook-ca';
const BUNDLE = '/api/v1/namespaces/cloister-system/configmaps/cloister-ca';

const bundle = async (): Promise<string> =>
  ((await calls.read(BUNDLE)).object['data'] as Record<string, string>)['bundle.crt'] ?? '';

test('an authority that is replaced under load fails no call', { timeout: 120_000 }, async () => {
  await twoReplicas();
  const { object } = await calls.read(SECRET);
  const stored = decodeAuthorities(object['data'] as Record<string, string>, 'the Secret');
  if (stored === null) throw new Error('there are no authorities');
  // As at the end of the day that a successor waits: published by the next look, signing from the one after that.
  const next = await createCertificateAuthority(Date.now() - STAGING + 12_000);
  const load = startPodLoad(controlPlane, SENDERS);
  await calls.merge(SECRET, { data: encodeAuthorities({ ...stored, next }) });
  const logs = async (): Promise<string[]> => Promise.all(replicas.map(({ log }) => log()));
  await vi.waitFor(
    async () => {
      const { object: now } = await calls.read(SECRET);
      const after = decodeAuthorities(now['data'] as Record<string, string>, 'the Secret');
      expect(after?.current.certificate).toBe(next.certificate);
      for (const log of await logs()) expect(log.match(/"IssueCertificate"/g)?.length).toBeGreaterThan(1);
    },
    { timeout: 60_000, interval: 500 },
  );
  await admitMore(load, 100);
  expect(await load.stop()).toMatchObject({ failed: [], letThrough: 0 });
  expect(await bundle()).toContain(stored.current.certificate.trim());
});

test('authorities that are deleted are made again; nothing is let through meanwhile', async () => {
  await twoReplicas();
  const before = await bundle();
  const load = startPodLoad(controlPlane, SENDERS);
  await calls.remove(SECRET);
  await vi.waitFor(async () => expect(await bundle()).not.toBe(before), { timeout: 30_000, interval: 500 });
  await admitMore(load, 100);
  const { letThrough, failed } = await load.stop();
  expect(letThrough).toBe(0);
  for (const failure of failed) expect(failure).toMatch(/failed calling webhook "decide\.cloister\.dev"/);
});
