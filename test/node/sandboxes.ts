import { API_VERSION } from '../../src/api/names.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';
import { orThrow } from '../testbed/run-command.ts';

/** A sandbox to be applied. */
export interface Sandbox {
  readonly namespace: string;
  readonly name: string;
  readonly role: string;
  readonly image: string;
  readonly command: readonly string[];
  /** 64Mi unless set. */
  readonly memory?: string;
}

/** The sandbox as its author writes it, small enough for twenty on a node of two cores. */
export function agentSandbox(sandbox: Sandbox): object {
  const { namespace, name, role, image, command, memory = '64Mi' } = sandbox;
  return {
    apiVersion: API_VERSION,
    kind: 'AgentSandbox',
    metadata: { namespace, name },
    spec: {
      roleRef: { name: role },
      image,
      command,
      resources: {
        requests: { cpu: '10m', memory: '16Mi' },
        limits: { cpu: '100m', memory, 'ephemeral-storage': '16Mi' },
      },
    },
  };
}

/** A condition of an object. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** Gives the condition of that type of an object, such as `agentsandbox/NAME`; undefined where it has none. */
export async function conditionOf(
  node: StartedNode,
  { namespace, object, type }: { namespace?: string; object: string; type: string },
): Promise<Condition | undefined> {
  const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
  const { stdout } = await orThrow(object, node.kubectl(['get', object, ...where, '--output=json']));
  const { status } = JSON.parse(stdout) as { status?: { conditions?: readonly Condition[] } };
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Waits until the conditions are true; throws with all of the object's conditions otherwise. */
export async function waitForConditions(
  node: StartedNode,
  { namespace, object, types }: { namespace?: string; object: string; types: readonly string[] },
): Promise<void> {
  const where = namespace === undefined ? [] : [`--namespace=${namespace}`];
  for (const type of types) {
    const wait = ['wait', `--for=condition=${type}`, '--timeout=90s', object, ...where];
    if ((await node.kubectl(wait)).code === 0) continue;
    const { stdout } = await node.kubectl(['get', object, ...where, '--output=jsonpath={.status}']);
    throw new Error(`${object} is not ${type}: ${stdout}`);
  }
}
