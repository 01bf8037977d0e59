import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Condition } from '../../api/shape/conditions.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type Examination, failed, noted, passed, readOr } from './finding.ts';

type Sandbox = KubeObject & Pick<AgentSandbox, 'status'>;

const SUBJECT = 'network of the cluster';

/** How many sandboxes are named. */
const MAX_NAMED = 5;

/** Whether the network enforces NetworkPolicies, by what the start gates of sandboxes have found from inside their pods. */
export const examineEgress: Examination = (client) =>
  readOr(SUBJECT, async () => {
    const { items } = await client.list<Sandbox>(resources.agentSandboxes);
    const seen = items.flatMap((sandbox) => {
      const condition = sandbox.status?.conditions?.find(({ type }) => type === 'EgressClosed');
      return condition === undefined ? [] : [{ sandbox, condition }];
    });
    const open = seen.filter(({ condition }) => condition.status === 'False');
    if (open.length > 0) return [failed(SUBJECT, describeOpen(open))];
    const closed = seen.filter(({ condition }) => condition.status === 'True').length;
    if (closed === 0) {
      const advice = 'Run a sandbox whose role has startGate: Required';
      return [
        noted(
          SUBJECT,
          `that it enforces NetworkPolicies is not proven: no start gate has reported. ${advice}`,
        ),
      ];
    }
    const found = closed === 1 ? '1 sandbox' : `${closed} sandboxes`;
    return [passed(SUBJECT, `enforces NetworkPolicies: EgressClosed holds for ${found}`)];
  });

function describeOpen(open: readonly { readonly sandbox: Sandbox; readonly condition: Condition }[]): string {
  const named = open.slice(0, MAX_NAMED).map(({ sandbox: { metadata }, condition }) => {
    return `AgentSandbox ${metadata.namespace}/${metadata.name} is open (${condition.reason}): ${condition.message}`;
  });
  const more = open.length > MAX_NAMED ? ` And ${open.length - MAX_NAMED} more.` : '';
  return `${named.join(' ')}${more} Use a CNI that enforces NetworkPolicies, and delete the policies that the messages name`;
}
