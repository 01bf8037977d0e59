import { randomUUID } from 'node:crypto';
import type { ControlPlane } from '../connect-control-plane.ts';
import { type CommandResult, orThrow } from '../run-command.ts';
import { ctr } from './node-plan.ts';

/** A container of a pod. */
export interface ContainerReference {
  readonly namespace: string;
  readonly pod: string;
  /** The pod's first unless set. */
  readonly container?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
}

/** Where the container runs. */
export interface ExecTarget {
  readonly controlPlane: ControlPlane;
  readonly folder: string;
  readonly run: (command: readonly string[]) => Promise<CommandResult>;
}

/** Starts one more process in a container, as its user and under its limits. The API server is not asked for it. */
export async function execInContainer(
  { controlPlane, folder, run }: ExecTarget,
  { namespace, pod, container }: ContainerReference,
  command: readonly string[],
): Promise<CommandResult> {
  const get = ['get', 'pod', pod, `--namespace=${namespace}`, '--output=json'];
  const { stdout } = await orThrow(`pod ${namespace}/${pod}`, controlPlane.kubectl(get));
  const { status } = JSON.parse(stdout) as { status: { containerStatuses?: readonly ContainerStatus[] } };
  const found = (status.containerStatuses ?? []).find(({ name }) => name === (container ?? name));
  const id = found?.containerID?.replace('containerd://', '');
  if (id === undefined) throw new Error(`pod ${namespace}/${pod}: container ${container ?? ''} does not run`);
  // The command's own output alone: on cgroups of version 1 ctr would warn on every call.
  const quiet = ['env', 'CONTAINERD_SUPPRESS_DEPRECATION_WARNINGS=true'];
  return run([...quiet, ...ctr(folder), 'tasks', 'exec', `--exec-id=${randomUUID()}`, id, ...command]);
}
