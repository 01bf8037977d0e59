import { API_VERSION, LABEL } from '../../../src/api/names.ts';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { resources } from '../../../src/kube/resources.ts';
import { createWatchCache } from '../../../src/kube/watch-cache.ts';
import type { ObservedPod } from '../../../src/operator/observed-objects.ts';
import { IMAGE, playedStatus } from '../../e2e/played-pod.ts';
import { KINDS } from '../../e2e/tenants.ts';
import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { type ApiServerCaller, apiServerCaller } from '../../testbed/api-server-caller.ts';

type StoredSandbox = AgentSandbox & KubeObject;

/** Applies sandboxes, and is the kubelet of their pods. */
export interface SandboxWaves {
  /** Creates sandboxes, spread over the namespaces; gives their UIDs by name. */
  readonly create: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Resolves when so many sandboxes are ready. */
  readonly whenReady: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const PATIENCE_MILLISECONDS = 300_000;
const POLL_MILLISECONDS = 50;
/** Requests under way at once. */
const SENDERS = 8;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Begins to play the kubelet: each pod runs, its start gate passed, as soon as it is there. */
export async function startSandboxWaves(
  controlPlane: ControlPlane,
  namespaces: readonly string[],
): Promise<SandboxWaves> {
  const caller = apiServerCaller(controlPlane.connection);
  const kubelet = apiServerCaller(controlPlane.connection);
  const client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  const failures: unknown[] = [];
  const shared = { client, logger: SILENT };
  const pods = createWatchCache<ObservedPod>({
    ...shared,
    resource: resources.pods,
    labelSelector: LABEL.sandbox,
    onChange: ({ type, object }) => {
      if (type !== 'Added' || object.status?.phase === 'Running') return;
      play(kubelet, object).catch((error: unknown) => failures.push(error));
    },
  });
  const ready = new Set<string>();
  const sandboxes = createWatchCache<StoredSandbox>({
    ...shared,
    resource: resources.agentSandboxes,
    onChange: ({ object }) => {
      if (isReady(object)) ready.add(object.metadata.name);
      else ready.delete(object.metadata.name);
    },
  });
  pods.start();
  sandboxes.start();
  await Promise.all([pods.whenSynced(), sandboxes.whenSynced()]);
  return {
    create: (names) => createAll(caller, names, namespaces),
    whenReady: (count) =>
      until(
        () => {
          if (failures.length > 0) throw failures[0];
          return ready.size >= count;
        },
        () => `${count} sandboxes are ready; ${ready.size} are. ${example(sandboxes.list())}`,
      ),
    close: async () => {
      await Promise.all([pods.stop(), sandboxes.stop()]);
      await client.close();
      caller.close();
      kubelet.close();
    },
  };
}

/** Waits until something is so; throws what was waited for when that takes too long. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: () => string,
  pollMilliseconds = POLL_MILLISECONDS,
): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await isTrue())) {
    if (performance.now() > end) {
      throw new Error(`waited ${PATIENCE_MILLISECONDS / 1000} s in vain until ${what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

function isReady({ status }: StoredSandbox): boolean {
  return status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
}

function example(sandboxes: readonly StoredSandbox[]): string {
  const one = sandboxes.find((sandbox) => !isReady(sandbox));
  return one === undefined ? '' : `Of ${one.metadata.name} is said: ${JSON.stringify(one.status)}`;
}

async function play(caller: ApiServerCaller, { metadata }: ObservedPod): Promise<void> {
  const { status, body } = await caller.send({
    method: 'PATCH',
    path: `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: playedStatus({ gate: { passed: true }, agent: 'Running' }) },
  });
  if (status !== 200) throw new Error(`pod ${metadata.name}: ${status} ${body.message}`);
}

async function createAll(
  caller: ApiServerCaller,
  names: readonly string[],
  namespaces: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const uids = new Map<string, string>();
  let next = 0;
  const send = async (): Promise<void> => {
    while (next < names.length) {
      const index = next++;
      const name = names[index] ?? '';
      const namespace = namespaces[index % namespaces.length] ?? '';
      const { status, body } = await caller.send({
        method: 'POST',
        path: `${KINDS}/namespaces/${namespace}/agentsandboxes?fieldManager=kubectl-client-side-apply`,
        body: sandboxObject(name),
      });
      if (status !== 201) throw new Error(`sandbox ${name}: ${status} ${body.message}`);
      uids.set(name, (body['metadata'] as { uid: string }).uid);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  return uids;
}

function sandboxObject(name: string): object {
  return {
    apiVersion: API_VERSION,
    kind: 'AgentSandbox',
    metadata: { name },
    spec: { image: IMAGE, roleRef: { name: 'data-analyst' } },
  };
}
