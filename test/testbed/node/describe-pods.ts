import { orThrow } from '../run-command.ts';
import type { StartedNode } from './start-node.ts';

const LAST_LINES = 15;

interface ListedPod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What the pods of a namespace that are not ready have to say: their events and the last lines of their output. */
export async function describeUnreadyPods(node: StartedNode, namespace: string): Promise<string> {
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await node.kubectl([...args, `--namespace=${namespace}`]);
    return `${stdout}${stderr}`.trim();
  };
  const list = ['get', 'pods', `--namespace=${namespace}`, '--output=json'];
  const { stdout } = await orThrow(`the pods of ${namespace}`, node.kubectl(list));
  const { items } = JSON.parse(stdout) as { items: readonly ListedPod[] };
  const texts: string[] = [];
  for (const { metadata, status } of items) {
    const isReady = (status.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True');
    if (isReady) continue;
    const selector = `--field-selector=involvedObject.name=${metadata.name}`;
    const messages = '--output=jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}';
    texts.push(
      `pod ${namespace}/${metadata.name} is not ready`,
      await kubectl('get', 'events', selector, messages),
      await kubectl('logs', metadata.name, '--all-containers', `--tail=${LAST_LINES}`),
    );
  }
  return texts.filter((text) => text !== '').join('\n');
}
