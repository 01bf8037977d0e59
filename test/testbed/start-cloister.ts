import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOK } from './answers-ok.ts';
import type { ControlPlane } from './connect-control-plane.ts';
import { freePort } from './free-port.ts';
import { installCloister } from './install-cloister.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { startWatchdog, type Watchdog } from './start-watchdog.ts';

export interface CloisterOptions {
  /** Digests of the start gate images that the webhook trusts. */
  readonly startGateDigests: readonly string[];
  /** Further flags of the webhook. */
  readonly webhookFlags?: readonly string[];
}

/** Operator and webhook as processes beside the API server, installed as the manifests say. */
export interface RunningCloister {
  /** `https://127.0.0.1:port`, where the API server calls the webhook. */
  readonly webhookUrl: string;
  readonly probeUrl: string;
  readonly metricsUrl: string;
  readonly webhook: ServerProcess;
  readonly operator: ServerProcess;
  readonly webhookLog: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';
const READY_MILLISECONDS = 30_000;

/** Installs Cloister, starts both programs as their own users, and resolves when both are ready. */
export async function startCloister(
  controlPlane: ControlPlane,
  options: CloisterOptions,
): Promise<RunningCloister> {
  const [port, probePort, metricsPort, operatorPort] = [
    await freePort(ADDRESS),
    await freePort(ADDRESS),
    await freePort(ADDRESS),
    await freePort(ADDRESS),
  ];
  const webhookUrl = `https://${ADDRESS}:${port}`;
  await installCloister(controlPlane, webhookUrl);
  const folder = await mkdtemp(join(tmpdir(), 'cloister-programs-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const start = program(folder, watchdog);
  const operator = await start('operator', [
    `--kubeconfig=${controlPlane.kubeconfigFor('operator')}`,
    `--address=${ADDRESS}`,
    `--probe-port=${operatorPort}`,
  ]);
  const webhook = await start('webhook', [
    `--kubeconfig=${controlPlane.kubeconfigFor('webhook')}`,
    `--address=${ADDRESS}`,
    `--port=${port}`,
    `--probe-port=${probePort}`,
    `--metrics-port=${metricsPort}`,
    `--url=${webhookUrl}`,
    `--start-gate-digests=${options.startGateDigests.join(',')}`,
    '--drain-seconds=0',
    ...(options.webhookFlags ?? []),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all([operator.stop(5_000), webhook.stop(15_000)]);
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  };
  const probeUrl = `http://${ADDRESS}:${probePort}`;
  try {
    await operator.ready(() => answersOK(`http://${ADDRESS}:${operatorPort}/readyz`), READY_MILLISECONDS);
    await webhook.ready(() => answersOK(`${probeUrl}/readyz`), READY_MILLISECONDS);
  } catch (error) {
    await stop();
    throw error;
  }
  const metricsUrl = `http://${ADDRESS}:${metricsPort}/metrics`;
  const webhookLog = () => readFile(join(folder, 'webhook.log'), 'utf8');
  return { webhookUrl, probeUrl, metricsUrl, webhook, operator, webhookLog, stop };
}

function program(folder: string, watchdog: Watchdog) {
  return (name: 'operator' | 'webhook', flags: readonly string[]): Promise<ServerProcess> => {
    const source = fileURLToPath(new URL(`../../src/bin/${name}.ts`, import.meta.url));
    const args = ['--disable-warning=ExperimentalWarning', source, ...flags];
    return startServer({ name, program: process.execPath, args, log: join(folder, `${name}.log`) }, watchdog);
  };
}
