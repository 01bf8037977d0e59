import { join } from 'node:path';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type StartedControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { freePort } from '../testbed/free-port.ts';
import { CHART, type Helm, prepareHelm } from '../testbed/helm.ts';
import { createProgramRunner, type ProgramRunner } from '../testbed/program-runner.ts';
import { type CommandResult, orThrow, runCommand } from '../testbed/run-command.ts';

const NAMESPACE = 'cloister-system';
const OPERATOR = join(import.meta.dirname, '..', '..', 'src', 'bin', 'operator.ts');
export const WAIT = { timeout: 30_000, interval: 200 };

/** How the pod of the release Job ended. */
export type ReleasePhase = 'Succeeded' | 'Failed';

/** What the chart is installed with. */
export interface ChartToInstall {
  /** The folder of the chart; that of the repository unless told. */
  readonly chart?: (controlPlane: StartedControlPlane) => Promise<string>;
  /** Further arguments of Helm, asked for each time. */
  readonly arguments?: () => readonly string[];
}

/**
 * Installs the chart with Helm on a control plane of the file's own, with the webhook beside it. Helm, the API server, its
 * controllers and the webhook are real; there is no kubelet. Call it at the top of a test file.
 */
export function useInstalledChart(given: ChartToInstall = {}) {
  let controlPlane: StartedControlPlane;
  let helm: Helm;
  let runner: ProgramRunner;
  let settings: readonly string[];
  const install = async (chart = CHART): Promise<void> => {
    const args = ['upgrade', '--install', 'cloister', chart, '-n', NAMESPACE, '--create-namespace'];
    const own = given.arguments?.() ?? [];
    const { code, stderr } = await helm.run([...args, ...settings.map((one) => `--set=${one}`), ...own]);
    expect(stderr).not.toContain('Error');
    expect(code).toBe(0);
  };
  beforeAll(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.controllersRunning();
    helm = await prepareHelm(controlPlane.kubeconfig);
    runner = await createProgramRunner();
    const port = await freePort('127.0.0.1');
    const url = `https://127.0.0.1:${port}`;
    settings = [`webhook.url=${url}`, 'webhook.replicas=0', 'release.backoffLimit=0'];
    await install(await given.chart?.(controlPlane));
    const kubeconfig = `--kubeconfig=${controlPlane.kubeconfigFor('webhook')}`;
    const flags = [kubeconfig, `--port=${port}`, '--metrics-port=0', `--url=${url}`, '--drain-seconds=0'];
    await (await runner.start('webhook', flags)).ready();
  });
  afterAll(async () => {
    await runner?.stop();
    await helm?.remove();
    await controlPlane?.stop();
  });
  /** Prints what kubectl prints; throws where it fails. */
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const running = controlPlane.kubectl(['-n', NAMESPACE, ...args]);
    return (await orThrow(`kubectl ${args.join(' ')}`, running)).stdout.trim();
  };
  return {
    controlPlane: () => controlPlane,
    runner: () => runner,
    install,
    kubectl,
    /** Runs `helm uninstall`; `play` is the kubelet that runs the Job with its flags, and says how its pod ended. */
    uninstall: async (play: (flags: readonly string[]) => Promise<ReleasePhase>): Promise<CommandResult> => {
      const uninstalling = helm.run(['uninstall', 'cloister', '-n', NAMESPACE, '--timeout=120s']);
      const pod = await vi.waitFor(async () => {
        const running = ['--field-selector=status.phase=Pending', '-lapp.kubernetes.io/component=release'];
        const name = await kubectl('get', 'pods', ...running, '-o', 'name');
        expect(name).not.toBe('');
        return name;
      }, WAIT);
      const args = 'jsonpath={.spec.template.spec.containers[0].args}';
      const flags = JSON.parse(await kubectl('get', 'job/cloister-release', '-o', args)) as string[];
      const status = JSON.stringify({ status: { phase: await play(flags) } });
      await kubectl('patch', pod, '--subresource=status', '--type=merge', `--patch=${status}`);
      return uninstalling;
    },
    /** Runs what the Job runs, with its flags and the operator's rights. */
    runRelease: async (flags: readonly string[]): Promise<ReleasePhase> => {
      const kubeconfig = `--kubeconfig=${controlPlane.kubeconfigFor('operator')}`;
      const own = ['--address=127.0.0.1', '--probe-port=0', '--metrics-port=0', kubeconfig];
      const args = [OPERATOR, ...flags, ...own];
      const running = runCommand({ program: process.execPath, args, environment: {} });
      const { code, stdout } = await running;
      expect(code, stdout).toBe(0);
      return 'Succeeded';
    },
  };
}
