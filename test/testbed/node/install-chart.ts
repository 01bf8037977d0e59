import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_NAMESPACE } from '../../../src/api/names.ts';
import { providePrograms } from '../provide-programs.ts';
import { type CommandResult, runCommand } from '../run-command.ts';
import { provideImages } from './built-images.ts';
import { describeUnreadyPods } from './describe-pods.ts';
import type { StartedNode } from './start-node.ts';

/** Cloister, installed on a node by Helm. */
export interface InstalledChart {
  /** What `helm install --wait` took. */
  readonly milliseconds: number;
  /** The images as pods name them, by digest. */
  readonly images: { readonly cloister: string; readonly startGate: string };
  /** The `--set` flags of the installation, for upgrades. */
  readonly settings: readonly string[];
  /** Runs Helm as the administrator of the cluster. */
  readonly helm: (args: readonly string[]) => Promise<CommandResult>;
}

/** Folder of the chart. */
export const CHART = join(import.meta.dirname, '..', '..', '..', 'charts', 'cloister');
const REGISTRY = 'packages.example.com/cloister';

/** Builds and imports the images, and runs `helm install --wait` with these further `--set` values. */
export async function installChart(
  node: StartedNode,
  values: readonly string[] = [],
): Promise<InstalledChart> {
  const [built, helm] = await Promise.all([provideImages(), prepareHelm(node)]);
  const cloister = await node.importImage(built.cloister.archive, `${REGISTRY}/cloister`);
  const startGate = await node.importImage(built['start-gate'].archive, `${REGISTRY}/start-gate`);
  const settings = [
    `image.repository=${REGISTRY}/cloister`,
    `image.digest=${built.cloister.digest}`,
    `startGate.image.repository=${REGISTRY}/start-gate`,
    `startGate.image.digest=${built['start-gate'].digest}`,
    ...values,
  ].map((value) => `--set=${value}`);
  const began = performance.now();
  const install = ['install', 'cloister', CHART, `--namespace=${SYSTEM_NAMESPACE}`, '--create-namespace'];
  const installed = await helm([...install, '--wait', '--timeout=120s', ...settings]);
  const milliseconds = Math.round(performance.now() - began);
  if (installed.code !== 0) {
    const pods = await describeUnreadyPods(node, SYSTEM_NAMESPACE);
    throw new Error(`helm install: ${installed.stderr.trim()}\n${pods}`);
  }
  return { milliseconds, images: { cloister, startGate }, settings, helm };
}

async function prepareHelm(node: StartedNode): Promise<InstalledChart['helm']> {
  const program = (await providePrograms(['helm'])).path('helm');
  const home = await mkdtemp(join(node.folder, 'helm-'));
  const environment = { HOME: home, KUBECONFIG: node.kubeconfig };
  return (args) => runCommand({ program, args, environment });
}
