import { playedStatus } from '../e2e/played-pod.ts';
import { callAPI } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import type { Outcome } from './play-steps.ts';
import { NAMESPACE } from './scenario.ts';

const PATIENCE_MILLISECONDS = 60_000;

export const CORE = `/api/v1/namespaces/${NAMESPACE}`;
export const SANDBOXES = `/apis/cloister.dev/v1alpha1/namespaces/${NAMESPACE}/agentsandboxes`;

/** What the demo reads of an object. */
export interface Seen {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly status?: {
    readonly conditions?: readonly { type: string; status: string; reason: string; message: string }[];
  };
}

/** The API server as the administrator uses it. */
export interface DemoCalls {
  /** Returns the message of a refusal; empty where there was none. */
  readonly send: (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => Promise<string>;
  readonly read: <T = Seen>(path: string) => Promise<T | undefined>;
  /** Waits until the function returns something, and returns that. */
  readonly wait: <T>(what: string, find: () => Promise<T | undefined>) => Promise<T>;
}

export function createDemoCalls(controlPlane: ControlPlane): DemoCalls {
  return {
    send: async (method, path, body) => {
      const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      return (await callAPI(controlPlane, { user: 'admin', method, path, body, contentType })).message;
    },
    read: async <T>(path: string) => {
      const { status, object } = await callAPI(controlPlane, { user: 'admin', method: 'GET', path });
      return status === 200 ? (object as unknown as T) : undefined;
    },
    wait: async (what, find) => {
      const end = performance.now() + PATIENCE_MILLISECONDS;
      for (;;) {
        const found = await find();
        if (found !== undefined) return found;
        if (performance.now() > end) throw new Error(`waited a minute in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Waits for a pod other than the one of that UID, and has its start gate pass and its agent run. */
export async function runPod(name: string, { read, send, wait }: DemoCalls, before?: string): Promise<Seen> {
  const path = `${CORE}/pods/${name}`;
  const pod = await wait(`the pod of ${name}`, async () => {
    const found = await read(path);
    return found?.metadata.uid === before ? undefined : found;
  });
  const status = playedStatus({ gate: { passed: true }, agent: 'Running' });
  await send('PATCH', `${path}/status`, { status });
  return pod;
}

/** Waits until a condition of a sandbox has this reason. */
export async function waitForReason(
  name: string,
  { read, wait }: DemoCalls,
  type: string,
  reason: string,
): Promise<Outcome> {
  const condition = await wait(`${type} ${reason} of ${name}`, async () => {
    const conditions = (await read(`${SANDBOXES}/${name}`))?.status?.conditions ?? [];
    return conditions.find((one) => one.type === type && one.reason === reason);
  });
  return { got: reason, details: [`  - ${type} is ${condition.status}: ${condition.message}`] };
}

/** Creates an object that names a role, as soon as the webhook has heard that the tenant allows it. Throws any other refusal. */
export async function createOfRole(
  { send, wait }: Pick<DemoCalls, 'send' | 'wait'>,
  path: string,
  body: object,
): Promise<void> {
  await wait('the webhook to know what the tenant allows', async () => {
    const refusal = await send('POST', path, body);
    if (refusal === '') return true;
    if (refusal.includes('roles.allowed')) return undefined;
    throw new Error(refusal);
  });
}
