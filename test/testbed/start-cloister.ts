import type { ControlPlane } from './connect-control-plane.ts';
import { freePort } from './free-port.ts';
import { installCloister } from './install-cloister.ts';
import {
  createProgramRunner,
  type ProcessOptions,
  type ProgramRunner,
  type RunningProgram,
} from './program-runner.ts';
import type { ServerProcess } from './server-process.ts';

export interface CloisterOptions {
  /** Digests of the start gate images that the webhook trusts. */
  readonly startGateDigests: readonly string[];
  /** Further flags of the webhook. */
  readonly webhookFlags?: readonly string[];
  /** Further flags of the operator. */
  readonly operatorFlags?: readonly string[];
  /** Whether the programs are those of `dist/`, which `npm run build` made, and not the sources. */
  readonly isBuilt?: boolean;
  /** How the webhook's process is started. With an environment, that says how to reach the API server, and no kubeconfig is given. */
  readonly webhookProcess?: ProcessOptions;
  /** How the operator's process is started. */
  readonly operatorProcess?: ProcessOptions;
}

/** Operator and webhook as processes beside the API server, installed as the manifests say. */
export interface RunningCloister {
  /** `https://address:port`, where the API server calls the webhook. */
  readonly webhookUrl: string;
  readonly probeUrl: string;
  readonly metricsUrl: string;
  readonly webhook: ServerProcess;
  readonly operator: ServerProcess;
  readonly webhookLog: () => Promise<string>;
  /** Starts one of them again after it has ended: the same flags, and the webhook on the same port. */
  readonly startAgain: (name: 'operator' | 'webhook') => Promise<RunningProgram>;
  readonly stop: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** Installs Cloister, starts both programs as their own users, and resolves when both are ready. */
export async function startCloister(
  controlPlane: ControlPlane,
  options: CloisterOptions,
): Promise<RunningCloister> {
  const { address = ADDRESS, environment } = options.webhookProcess ?? {};
  const [port, metricsPort] = [await freePort(address), await freePort(address)];
  const webhookUrl = `https://${address}:${port}`;
  await installCloister(controlPlane, webhookUrl);
  const runner = await createProgramRunner(options);
  const flags = {
    operator: [`--kubeconfig=${controlPlane.kubeconfigFor('operator')}`, ...(options.operatorFlags ?? [])],
    webhook: [
      ...(environment === undefined ? [`--kubeconfig=${controlPlane.kubeconfigFor('webhook')}`] : []),
      `--port=${port}`,
      `--metrics-port=${metricsPort}`,
      `--url=${webhookUrl}`,
      `--start-gate-digests=${options.startGateDigests.join(',')}`,
      '--drain-seconds=0',
      ...(options.webhookFlags ?? []),
    ],
  };
  const startAgain = async (name: 'operator' | 'webhook'): Promise<RunningProgram> => {
    const program = await runner.start(name, flags[name], options[`${name}Process`]);
    await program.ready();
    return program;
  };
  const { operator, webhook } = await startBoth(runner, flags, options);
  const { probeUrl, log: webhookLog } = webhook;
  const metricsUrl = `http://${address}:${metricsPort}/metrics`;
  const processes = { webhook: webhook.process, operator: operator.process };
  return { webhookUrl, probeUrl, metricsUrl, ...processes, webhookLog, startAgain, stop: runner.stop };
}

async function startBoth(
  runner: ProgramRunner,
  flags: { readonly operator: readonly string[]; readonly webhook: readonly string[] },
  { operatorProcess, webhookProcess }: CloisterOptions,
): Promise<{ operator: RunningProgram; webhook: RunningProgram }> {
  const operator = await runner.start('operator', flags.operator, operatorProcess);
  const webhook = await runner.start('webhook', flags.webhook, webhookProcess);
  try {
    await Promise.all([operator.ready(), webhook.ready()]);
  } catch (error) {
    await runner.stop();
    throw error;
  }
  return { operator, webhook };
}
