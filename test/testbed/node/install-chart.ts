import { SYSTEM_NAMESPACE } from '../../../src/api/names.ts';
import { CHART, prepareHelm } from '../helm.ts';
import type { CommandResult } from '../run-command.ts';
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

const REGISTRY = 'packages.example.com/cloister';

/** Builds and imports the images, and runs `helm install --wait` with these further `--set` values. */
export async function installChart(
  node: StartedNode,
  values: readonly string[] = [],
): Promise<InstalledChart> {
  const [built, { run: helm }] = await Promise.all([
    provideImages(),
    prepareHelm(node.kubeconfig, node.folder),
  ]);
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
