import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Unchecked } from '../../api/unchecked.ts';
import { compileRole } from '../roles/compile-role.ts';
import { isAtOrUnder } from '../roles/mount-path.ts';
import type { RolePolicy } from '../roles/role-policy.ts';

/**
 * Prepares a role for one sandbox: with the tools that its `narrow` leaves, and without writing to its `readOnlyPaths`.
 * Every pod that meets the result meets the whole role: what either denies is denied.
 */
export function narrowRole(role: Unchecked<AgentRole>, { narrow }: AgentSandbox['spec']): RolePolicy {
  const whole = compileRole(role);
  if (narrow === undefined) return whole;
  const { tools, readOnlyPaths } = narrow;
  const kept =
    tools === undefined
      ? role.spec?.tools
      : role.spec?.tools?.filter((tool) => tools.includes(tool?.name ?? ''));
  const narrowed = compileRole({ ...role, spec: { ...role.spec, tools: kept ?? [] } });
  const isKept = (path: string): boolean => !readOnlyPaths.some((readOnly) => isAtOrUnder(path, readOnly));
  return {
    ...narrowed,
    readablePaths: union(narrowed.readablePaths, narrowed.writablePaths),
    writablePaths: narrowed.writablePaths.filter(isKept),
    deniedPaths: union(whole.deniedPaths, narrowed.deniedPaths),
    unwritablePaths: union(whole.unwritablePaths, narrowed.unwritablePaths, readOnlyPaths),
  };
}

function union(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}
