import type { Tool } from '../../api/agent-role.ts';
import { isAtOrUnder } from './mount-path.ts';
import type { RolePolicy } from './role-policy.ts';
import { present, type Unchecked } from '../../api/unchecked.ts';

interface PathGrant {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly reads: boolean;
  readonly writes: boolean;
}

/**
 * The paths that the tools of a role grant to the pod: the union over the rules of what each allows and does not deny
 * itself. Only tools that the agent runs itself count, and only with `file:read` or `file:write`; what may be written may
 * be mounted read-only as well. A rule that leaves out `allow` or `deny` grants nothing. What a rule denies is denied
 * unless another grants that very path.
 */
export function compilePaths(
  tools: readonly (Unchecked<Tool> | undefined)[],
): Pick<RolePolicy, 'readablePaths' | 'writablePaths' | 'deniedPaths' | 'unwritablePaths'> {
  const grants = tools.flatMap(grantsOf);
  const writing = grants.filter(({ writes }) => writes);
  return {
    readablePaths: rootsOf(grants.filter(({ reads }) => reads)),
    writablePaths: rootsOf(writing),
    deniedPaths: deniedBy(grants),
    unwritablePaths: deniedBy(writing),
  };
}

function deniedBy(grants: readonly PathGrant[]): readonly string[] {
  const denied = new Set(grants.flatMap(({ deny }) => deny));
  return [...denied].filter((path) => !grants.some((grant) => doesGrant(grant, path)));
}

function grantsOf(tool: Unchecked<Tool> | undefined): readonly PathGrant[] {
  if (tool?.executor !== 'Agent') return [];
  const reads = tool.capabilities?.includes('file:read') ?? false;
  const writes = tool.capabilities?.includes('file:write') ?? false;
  if (!reads && !writes) return [];
  return (tool.paths ?? []).flatMap((rule) =>
    rule?.argument === undefined || rule.allow === undefined || rule.deny === undefined
      ? []
      : [{ allow: present(rule.allow), deny: present(rule.deny), reads, writes }],
  );
}

function doesGrant({ allow, deny }: PathGrant, path: string): boolean {
  return allow.some((root) => isAtOrUnder(path, root)) && !deny.some((root) => isAtOrUnder(path, root));
}

/** What is allowed and not denied by the same rule, each once. */
function rootsOf(grants: readonly PathGrant[]): readonly string[] {
  return [...new Set(grants.flatMap((grant) => grant.allow.filter((path) => doesGrant(grant, path))))];
}
