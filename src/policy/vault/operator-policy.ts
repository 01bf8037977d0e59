import { SYSTEM_NAMESPACE_PREFIX } from '../../api/names.ts';
import { SANDBOX_POLICY_BEGINNING, VAULTS_OWN } from './sandbox-policy.ts';
import { VAULT_AUDIENCE, VAULT_NAME_PREFIX, VAULT_TOKEN_SECONDS } from './vault-identity.ts';
import { LOGIN_SECONDS } from './database-role.ts';
import { connectionPath, staticRolePathOf, type VaultMounts } from './vault-mounts.ts';
import { type PolicySection, writeSection } from './write-policy.ts';

/** The operator's own policy. It must not begin with the prefix that the policy itself lets it write. */
export const OPERATOR_POLICY = 'operator-cloister';

/** What the operator must be allowed at a path of its policy. */
export interface NeededRight {
  /** As the policy has it. */
  readonly path: string;
  /** A path that it covers, to ask Vault about. */
  readonly example: string;
  readonly capabilities: readonly string[];
}

const OWN = `${VAULT_NAME_PREFIX}*`;
const WRITE = ['create', 'read', 'update', 'delete'] as const;
const SECONDS = String(VAULT_TOKEN_SECONDS);

// In a value, `*` at both ends stands for any text around. A comma would make two values of one, and Vault reads `*` as a glob
// in a bound name.
const NO_LIST = '*,*';
const NO_GLOB = '***';

const BACKSLASH = '\\';
const containing = (text: string): string => `*${text}*`;

/**
 * What the text of a policy of a sandbox may be: `read` of literal paths of secrets engines. Vault only finds text in text, so
 * that every other way to say more is denied by what it cannot do without: another capability, a wildcard, a template, or a way
 * to write one of them differently. A text that began otherwise could be base64, which Vault decodes.
 */
const SANDBOX_POLICY = {
  allowed: { policy: [`${SANDBOX_POLICY_BEGINNING}*`] },
  denied: {
    policy: [
      ...['create', 'update', 'patch', 'delete', 'list', 'sudo', 'recover', 'subscribe', 'write'].map(
        (word) => containing(`"${word}"`),
      ),
      // Vault leaves out a slash at the beginning.
      ...['/', ...[...VAULTS_OWN].map((segment) => `${segment}/`)].map((path) => containing(`"${path}`)),
      ...['*', '+', '{{', '$', '<<', BACKSLASH].map(containing),
    ],
  },
} as const;

/**
 * What the auth role of a sandbox may be. Vault compares text with text: numbers never match. Lists match by their elements, and
 * never where Vault is older or set so; no parameter may have every value then, since a denied value in a list would pass.
 */
const AUTH_ROLE = {
  allowed: {
    // `<namespace>.<sandbox>`: a name with a dot in it.
    bound_service_account_names: ['*.*'],
    bound_service_account_namespaces: [`${SYSTEM_NAMESPACE_PREFIX}*`],
    audience: [VAULT_AUDIENCE],
    alias_name_source: ['serviceaccount_uid'],
    token_policies: [OWN],
    token_no_default_policy: [true],
    token_type: ['service'],
    token_ttl: [SECONDS],
    token_max_ttl: [SECONDS],
    token_explicit_max_ttl: [SECONDS],
  },
  denied: {
    bound_service_account_names: [NO_LIST, NO_GLOB],
    bound_service_account_namespaces: [NO_LIST, NO_GLOB],
    token_policies: [NO_LIST],
  },
} as const;

/** OpenBao has namespaces as Vault Enterprise does, and says so by their list alone. */
const NAMESPACES: PolicySection = {
  comment: 'Whether there are namespaces.',
  rules: [{ path: 'sys/namespaces', capabilities: ['list'] }],
};

/**
 * Returns the text of the operator's policy, for the mounts that the tenants name. It allows what the operator asks of Vault, and
 * of policies and auth roles only those whose names begin with `cloister.`. The mounts are literal paths.
 */
export function operatorPolicy(mounts: readonly VaultMounts[]): string {
  const title = [
    `# The policy "${OPERATOR_POLICY}" of the operator of Cloister. Of policies and auth roles it covers those that begin with`,
    `# "${VAULT_NAME_PREFIX}" alone. Its own name must not begin so, or the operator could change it.`,
  ].join('\n');
  return [title, ...allSections(mounts).map(writeSection)].join('\n\n') + '\n';
}

/** Returns what the operator must be allowed so that sandboxes get their identities and lose them. */
export function neededRights(mounts: readonly VaultMounts[]): readonly NeededRight[] {
  const sections = allSections(mounts).filter(({ isForDoctor }) => isForDoctor !== true);
  return sections.flatMap(({ rules }) =>
    rules.map(({ path, capabilities }) => ({ path, example: exampleOf(path), capabilities })),
  );
}

function exampleOf(path: string): string {
  return path
    .replace(/\*$/, 'tenant.namespace.sandbox')
    .replace(/\+$/, '00000000-0000-0000-0000-000000000000');
}

function allSections(mounts: readonly VaultMounts[]): readonly PolicySection[] {
  return [
    {
      comment: 'Its own token.',
      rules: [
        { path: 'auth/token/revoke-self', capabilities: ['update'] },
        { path: 'sys/capabilities-self', capabilities: ['update'] },
      ],
    },
    ...(mounts.every(({ namespace }) => namespace === null) ? [] : [NAMESPACES]),
    ...mounts.flatMap(sectionsOf),
  ];
}

function sectionsOf(mounts: VaultMounts): readonly PolicySection[] {
  const { namespace, authMounts, databaseMounts } = mounts;
  const at = namespace === null ? '' : `${namespace}/`;
  const where = namespace === null ? '' : ` in the namespace ${namespace}`;
  return [
    {
      comment: `Policies of sandboxes${where}.`,
      rules: [
        { path: `${at}sys/policies/acl/${OWN}`, capabilities: WRITE, ...SANDBOX_POLICY },
        { path: `${at}sys/policies/acl`, capabilities: ['list'] },
      ],
    },
    ...authMounts.map((mount) => authSection(at, mount)),
    {
      comment: `Entities, which Vault makes at a login${where}: to find, disable and delete them.`,
      rules: [
        { path: `${at}identity/lookup/entity`, capabilities: ['update'] },
        {
          path: `${at}identity/entity/id/+`,
          capabilities: ['update', 'delete'],
          allowed: { disabled: [true] },
        },
      ],
    },
    ...databaseMounts.flatMap((mount) => databaseSections(at, mount, mounts)),
    ...staticLoginSections(at, mounts),
    ...doctorSections(at, mounts),
  ];
}

/** None of it holds a value of a secret or the password of a connection. */
function doctorSections(
  at: string,
  { connectionPaths, staticLoginPaths, metadataPaths }: VaultMounts,
): readonly PolicySection[] {
  const read = (comment: string, paths: readonly string[]): readonly PolicySection[] => {
    const rules = paths.map((path) => ({ path: `${at}${path}`, capabilities: ['read'] as const }));
    return rules.length === 0 ? [] : [{ comment, rules, isForDoctor: true }];
  };
  return [
    ...read(
      'For `cloister doctor`: which roles a connection allows. Its password is not shown.',
      connectionPaths,
    ),
    ...read(
      'For `cloister doctor`: how often Vault rotates the logins below. Their passwords are not shown.',
      staticLoginPaths.map(staticRolePathOf),
    ),
    ...read(
      'For `cloister doctor`: how old the secrets of tenants are, and the names of their keys. Their values are not shown.',
      metadataPaths,
    ),
  ];
}

function authSection(at: string, mount: string): PolicySection {
  return {
    comment: `Auth roles of sandboxes at ${at}auth/${mount}.`,
    rules: [
      { path: `${at}auth/${mount}/role/${OWN}`, capabilities: WRITE, ...AUTH_ROLE },
      { path: `${at}auth/${mount}/role`, capabilities: ['list'] },
      { path: `${at}sys/mounts/auth/${mount}`, capabilities: ['read'] },
    ],
  };
}

function databaseSections(
  at: string,
  mount: string,
  { connectionPaths }: VaultMounts,
): readonly PolicySection[] {
  const beginning = connectionPath({ mount, connection: '' });
  const connections = connectionPaths
    .filter((path) => path.startsWith(beginning))
    .map((path) => path.slice(beginning.length));
  return [
    ...(connections.length === 0 ? [] : [roleSection(at, mount, connections)]),
    {
      comment: `Leases of the database logins of sandboxes at ${at}${mount}: to revoke them, and to see that none is left.`,
      rules: [
        { path: `${at}sys/leases/revoke-prefix/${mount}/creds/${OWN}`, capabilities: ['update', 'sudo'] },
        { path: `${at}sys/leases/lookup/${mount}/creds/${OWN}`, capabilities: ['list', 'sudo'] },
      ],
    },
  ];
}

/**
 * What makes the logins of a sandbox. The statements are lists, of which a policy can say nothing that every version of Vault
 * obeys: they are what the login of the connection may do in its database.
 */
function roleSection(at: string, mount: string, connections: readonly string[]): PolicySection {
  const allowed = {
    db_name: connections,
    creation_statements: [],
    revocation_statements: [],
    default_ttl: [String(LOGIN_SECONDS)],
    max_ttl: [String(LOGIN_SECONDS)],
  };
  return {
    comment: `Database roles of sandboxes at ${at}${mount}, of the connections that tenants name. They make logins, which the operator may not ask for.`,
    rules: [{ path: `${at}${mount}/roles/${OWN}`, capabilities: WRITE, allowed }],
  };
}

function staticLoginSections(at: string, { staticLoginPaths }: VaultMounts): readonly PolicySection[] {
  if (staticLoginPaths.length === 0) return [];
  return [
    {
      comment: 'Logins that Vault rotates, with which the operator isolates the rows of tenants.',
      rules: staticLoginPaths.map((path) => ({ path: `${at}${path}`, capabilities: ['read'] as const })),
    },
  ];
}
