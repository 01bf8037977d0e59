import { expect, vi } from 'vitest';
import type { AgentSandbox } from '../../src/api/agent-sandbox.ts';
import type { ObservedPod } from '../../src/operator/observed-objects.ts';
import type { ClusterCalls } from './cluster-calls.ts';
import { IMAGE, type PlayedPod, playedStatus } from './played-pod.ts';
import { NAMESPACE, podsPath } from './samples.ts';
import { KINDS } from './tenants.ts';

const sandboxesPath = (namespace: string): string => `${KINDS}/namespaces/${namespace}/agentsandboxes`;
export const SANDBOXES = sandboxesPath(NAMESPACE);

type Status = NonNullable<AgentSandbox['status']>;
type StoredPod = ObservedPod & { readonly metadata: { readonly name: string; readonly uid: string } };

/** Makes sandboxes, reads what became of them, and plays their pods' kubelet. */
export function sandboxCalls(calls: () => ClusterCalls, namespace = NAMESPACE) {
  const sandboxes = sandboxesPath(namespace);
  const pods = podsPath(namespace);
  const make = async (name: string, spec: object = {}): Promise<void> => {
    const { status, message } = await calls().create(sandboxes, {
      apiVersion: 'cloister.dev/v1alpha1',
      kind: 'AgentSandbox',
      metadata: { name },
      spec: { image: IMAGE, roleRef: { name: 'data-analyst' }, ...spec },
    });
    if (status >= 400) throw new Error(`sandbox ${name}: ${status} ${message}`);
  };
  const statusOf = async (name: string): Promise<Status> =>
    ((await calls().read(`${sandboxes}/${name}`)).object as unknown as AgentSandbox).status ?? {};
  const pod = async (name: string): Promise<StoredPod | undefined> => {
    const { status, object } = await calls().read(`${pods}/${name}`);
    return status === 200 ? (object as unknown as StoredPod) : undefined;
  };
  /** Waits until conditions are as given, each as `type status/reason`. */
  const says = async (name: string, ...wanted: readonly string[]): Promise<Status> => {
    const said = async (): Promise<Status> => {
      const status = await statusOf(name);
      const conditions = (status.conditions ?? []).map((one) => `${one.type} ${one.status}/${one.reason}`);
      expect(conditions).toEqual(expect.arrayContaining([...wanted]));
      return status;
    };
    return vi.waitFor(said, { timeout: 30_000, interval: 100 });
  };
  /** Waits for a pod other than the one of that UID. */
  const nextPod = async (name: string, before?: string): Promise<StoredPod> => {
    const found = async (): Promise<StoredPod> => {
      const one = await pod(name);
      expect(one?.metadata.uid).not.toBe(before);
      expect(one).toBeDefined();
      return one!;
    };
    return vi.waitFor(found, { timeout: 40_000, interval: 100 });
  };
  const play = async (name: string, played: PlayedPod): Promise<void> => {
    const path = `${pods}/${name}/status`;
    const { status, message } = await calls().merge(path, { status: playedStatus(played) });
    if (status !== 200) throw new Error(`pod ${name}: ${status} ${message}`);
  };
  return { make, statusOf, pod, says, nextPod, play };
}
