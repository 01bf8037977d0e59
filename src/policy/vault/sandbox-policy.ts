import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { Unchecked } from '../../api/unchecked.ts';
import { singleLine } from '../../lib/single-line.ts';

type Credentials = readonly Unchecked<AgentRole['spec']['credentials']>[number][] | undefined;
type Bindings = readonly Unchecked<TenantIsolation['spec']['credentials']>[number][] | undefined;
type Binding = NonNullable<Bindings>[number];

/** The text of a sandbox's ACL policy in Vault. */
export interface SandboxPolicy {
  readonly text: string;
  /** What the tenant binds and the policy leaves out, since it cannot be written literally. */
  readonly problems: readonly string[];
}

/**
 * Builds the policy of a sandbox: it may read the secrets that its tenant binds to the credentials of its role, and what makes its
 * logins at `loginMounts`, mounts of database engines. Every path is literal, so that the policy says by itself what the sandbox may
 * read. The operator's own policy lets it write nothing else.
 */
export function buildSandboxPolicy(
  credentials: Credentials,
  bindings: Bindings,
  { name, loginMounts }: SandboxLogins = NO_LOGINS,
): SandboxPolicy {
  const names = new Set((credentials ?? []).map((credential) => credential?.name));
  const paths = new Set<string>();
  const problems: string[] = [];
  for (const binding of bindings ?? []) {
    const path = names.has(binding?.name) ? pathOf(binding) : null;
    if (path === null) continue;
    const wrong = findWrong(path);
    if (wrong === null) paths.add(path);
    else problems.push(describeWrong(`spec.credentials[${singleLine(binding?.name ?? '')}].vaultKV`, wrong));
  }
  for (const mount of loginMounts) {
    const wrong = findWrong(`${mount}/creds/${name}`);
    if (wrong === null) paths.add(`${mount}/creds/${name}`);
    else problems.push(describeWrong(`vaultDatabase.mount ${singleLine(mount)}`, wrong));
  }
  return { text: [HEAD, ...[...paths].sort().map(allowRead)].join(''), problems };
}

/** The logins that a sandbox may have made. */
interface SandboxLogins {
  /** Of the sandbox in Vault. */
  readonly name: string;
  readonly loginMounts: readonly string[];
}

const NO_LOGINS: SandboxLogins = { name: '', loginMounts: [] };

/** What the text of every policy of a sandbox begins with. */
export const SANDBOX_POLICY_BEGINNING = '# Written by Cloister';

const HEAD = `${SANDBOX_POLICY_BEGINNING}, for one sandbox. It writes it again when it is changed.\n`;

/** Who logs in with a policy. */
export interface PolicyHolder {
  readonly serviceAccountUID: string;
  /** Mount of the Kubernetes auth method at which it logs in; null where the policy does not say it. */
  readonly authMount: string | null;
}

/**
 * Adds to the text of a policy who logs in with it. When the cluster has forgotten both, that is the only way to the auth role and
 * to the entity, and an entity that stays would get the policy of the next sandbox of the name.
 */
export function withHolder(text: string, { serviceAccountUID, authMount }: PolicyHolder): string {
  const isLiteral = authMount?.split('/').every((segment) => LITERAL.test(segment)) === true;
  return `${text}# ServiceAccount ${serviceAccountUID}\n${isLiteral ? `# Auth mount ${authMount}\n` : ''}`;
}

/** What {@link withHolder} wrote; null where there is nothing. */
export function readHolder(text: string): PolicyHolder | null {
  const uid = /^# ServiceAccount ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/m.exec(text)?.[1];
  if (uid === undefined) return null;
  return { serviceAccountUID: uid, authMount: /^# Auth mount (\S+)$/m.exec(text)?.[1] ?? null };
}

function allowRead(path: string): string {
  return `path "${path}" {\n  capabilities = ["read"]\n}\n`;
}

/** Of version 2 of the key-value engine, where data is read at `data/`. Null where it is another source. */
function pathOf(binding: Binding): string | null {
  const { mount, path } = binding?.vaultKV ?? {};
  return mount === undefined || path === undefined ? null : `${mount}/data/${path}`;
}

/**
 * A segment that means itself in a policy of Vault. `+` and `*` would stand for others, `{{` and `${` would be filled in, and
 * a quotation mark or a line feed would end the text.
 */
const LITERAL = /^[A-Za-z0-9._~@:=,!&()-]+$/;

/** First segments at which Vault itself answers: no secrets engine can be mounted there. */
export const VAULTS_OWN: ReadonlySet<string> = new Set(['sys', 'auth', 'identity', 'cubbyhole']);

/** Whether a path below a mount of a secrets engine can be written into a policy, and stands for itself there. */
export function isLiteralSecret(path: string): boolean {
  return findWrong(path) === null;
}

function findWrong(path: string): string | null {
  const segments = path.split('/');
  const [first = ''] = segments;
  if (VAULTS_OWN.has(first)) return first;
  return segments.find((one) => !LITERAL.test(one) || one === '.' || one === '..') ?? null;
}

function describeWrong(field: string, segment: string): string {
  return `${field} has "${singleLine(segment)}" in its mount or path; a part of them has letters, digits and ._~@:=,!&()- and the first is not ${[...VAULTS_OWN].join(', ')}`;
}
