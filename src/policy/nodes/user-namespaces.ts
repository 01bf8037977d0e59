import type { RolePolicy } from '../roles/role-policy.ts';
import { eligibleNodes } from './eligible-nodes.ts';
import type { NodeFacts } from './node-facts.ts';

/** User namespaces are on by default from here on (KEP-127). */
const LEAST_MINOR_VERSION = 33;

/** Whether every node that the pods of a role may run on can give them a user namespace. Where there is none, nobody knows. */
export function canHaveUserNamespaces(nodes: readonly NodeFacts[], role: RolePolicy): boolean {
  const eligible = eligibleNodes(nodes, role);
  return eligible.length > 0 && eligible.every((node) => isCapable(node, role));
}

function isCapable({ status }: NodeFacts, { runtimeClassName }: RolePolicy): boolean {
  const { nodeInfo, runtimeHandlers = [] } = status ?? {};
  // Which handler a RuntimeClass names is not known here, so that all of them must be capable.
  const handlers =
    runtimeClassName === null ? runtimeHandlers.filter(({ name = '' }) => name === '') : runtimeHandlers;
  return (
    minorVersion(nodeInfo?.kubeletVersion) >= LEAST_MINOR_VERSION &&
    handlers.length > 0 &&
    handlers.every(({ features }) => features?.userNamespaces === true)
  );
}

/** Of version 1; 0 where it cannot be read. */
function minorVersion(version = ''): number {
  return Number(/^v1\.([0-9]{1,4})\./.exec(version)?.[1] ?? 0);
}
