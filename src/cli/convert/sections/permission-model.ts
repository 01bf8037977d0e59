import { z } from 'zod';
import { filePath } from '../../../api/shape/paths.ts';
import { needsToolServer, TOOL_NAMES, type ToolName } from '../role-tools.ts';
import {
  always,
  cannotBeKept,
  changedInForm,
  type ExplainContext,
  type Explanations,
  takenOver,
  tightened,
  type Verdict,
} from '../verdict.ts';

const path = () =>
  z
    .string()
    .max(257)
    .refine(
      (text) => filePath().safeParse(canonicalPath(text)).success,
      'must be an absolute path without ".", "..", "//" or "*"',
    );

const roleSection = z.object({
  allowed_tools: z.array(z.enum(TOOL_NAMES)).default([]),
  file_paths: z.array(path()).default([]),
  sql_operations: z.array(z.enum(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])).default([]),
  require_confirmation: z.boolean().default(false),
});

/** One role of the chapter. */
export type RoleSection = z.infer<typeof roleSection>;

/** The roles, and which one an agent has that names none. */
export const permissionModelSection = z.object({
  type: z.enum(['role_based']).default('role_based'),
  default_role: z
    .string()
    .regex(
      /^[a-z0-9]([-_a-z0-9]{0,50}[a-z0-9])?$/,
      'must be lower-case letters, digits, "_" and "-", at most 52',
    )
    .optional(),
  roles: z.record(z.string(), roleSection).default({}),
});

type PermissionModelSection = z.infer<typeof permissionModelSection>;
type Context = ExplainContext<PermissionModelSection>;

/** A name of the chapter as one of Kubernetes: `data_analyst` is `data-analyst`. */
export function nameOfRole(name: string): string {
  return name.replaceAll('_', '-');
}

/** A path as roles have it: without a closing `/`. */
export function canonicalPath(text: string): string {
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}

export const permissionModelExplanations: Explanations<PermissionModelSection> = {
  type: always(takenOver('One AgentRole for each role. A tool that a role does not list is refused.')),
  default_role: (value, { document }) => explainDefault(String(value), document),
  'roles.*.allowed_tools[]': (value, context) => explainTool(value as ToolName, roleOf(context)),
  'roles.*.file_paths[]': (value, context) => explainPath(String(value), roleOf(context)),
  'roles.*.sql_operations[]': (value, context) => {
    const name = `${String(value)[0]}${String(value).slice(1).toLowerCase()}`;
    return roleOf(context).allowed_tools.includes('execute_sql')
      ? tightened(
          `${name} in sql.operations. PostgreSQL's own parser reads the statement, so that a change which a query hides is found; tables and functions are listed too.`,
        )
      : cannotBeKept('The role has no tool that runs statements, so it runs none.');
  },
  'roles.*.require_confirmation': (value) =>
    value === true
      ? tightened(
          'confirmation.when Always for each tool of the role. The gateway asks, so that no agent can leave it out, and the author of the sandbox may not answer.',
        )
      : takenOver('confirmation.when Never for each tool of the role.'),
};

function roleOf({ path: place, document }: Context): RoleSection {
  return document.roles[String(place[1])] ?? roleSection.parse({});
}

function explainDefault(name: string, { roles }: PermissionModelSection): Verdict {
  const isDefined = Object.keys(roles).some((one) => nameOfRole(one) === nameOfRole(name));
  const place = `roles.default "${nameOfRole(name)}" of the tenant`;
  if (!isDefined)
    return tightened(
      `${place}. The file does not define the role, so it reads what a file for Docker Compose mounts, and nothing without one.`,
    );
  return nameOfRole(name) === name
    ? takenOver(`${place}.`)
    : changedInForm(`${place}: names of Kubernetes have no "_".`);
}

function explainTool(tool: ToolName, role: RoleSection): Verdict {
  const isServed = needsToolServer(role);
  switch (tool) {
    case 'execute_sql':
      return role.sql_operations.length === 0
        ? tightened('A tool with executor SQL that runs nothing: sql_operations of the role is not set.')
        : tightened(
            'A tool with executor SQL: the gateway runs the statement with a login of the sandbox alone.',
          );
    case 'web_search':
      return tightened(
        'A tool with executor Fetch: the gateway makes the request, with GET, and follows each redirect only if it is allowed.',
      );
    case 'execute_bash':
      return changedInForm(
        'A tool of an MCP server in a pod of its own, which alone mounts the files: what runs in the pod of the agent asks nobody.',
      );
    case 'read_file':
    case 'write_file':
    default:
      return isServed
        ? changedInForm(
            'A tool of an MCP server in a pod of its own, so that the gateway enforces its paths and asks for confirmation.',
          )
        : takenOver('A tool of the agent. What the pod mounts enforces its paths.');
  }
}

function explainPath(text: string, role: RoleSection): Verdict {
  const tools = role.allowed_tools.filter((tool) => tool === 'read_file' || tool === 'write_file');
  if (tools.length === 0)
    return cannotBeKept('No tool of the role takes a path, so the role reaches no file.');
  const place = `"${canonicalPath(text)}" in paths of ${tools.join(' and ')}`;
  return canonicalPath(text) === text
    ? takenOver(`${place}, compared segment by segment.`)
    : changedInForm(
        `${place}, without the closing "/". Paths are compared segment by segment, so that a neighbour with a longer name is not meant.`,
      );
}
