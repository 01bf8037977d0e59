import { randomBytes } from 'node:crypto';

/** A user that the API server knows by a token from the start. */
export interface TestbedUser {
  /** The short name that tests use. */
  name: string;
  /** The user name that RBAC and admission see. */
  user: string;
  groups: readonly string[];
}

const serviceAccount = (name: string, account: string): TestbedUser => ({
  name,
  user: `system:serviceaccount:cloister-system:${account}`,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:cloister-system'],
});

/**
 * The users made ahead. `editor` and `nobody` have no rights of their own: a test binds what it needs.
 * Any other user is had by impersonation.
 */
export const users: readonly TestbedUser[] = [
  { name: 'admin', user: 'admin', groups: ['system:masters'] },
  serviceAccount('operator', 'cloister-operator'),
  serviceAccount('webhook', 'cloister-webhook'),
  { name: 'editor', user: 'editor', groups: ['tenant-editors'] },
  { name: 'nobody', user: 'nobody', groups: [] },
  // Not system:masters: guard policies that exempt the real controllers must see the real names.
  { name: 'controller-manager', user: 'system:kube-controller-manager', groups: [] },
];

/** Draws a new token for each user. */
export function drawTokens(): Record<string, string> {
  return Object.fromEntries(users.map(({ name }) => [name, randomBytes(24).toString('base64url')]));
}

/** Writes the users as a file for `--token-auth-file`: token, user, uid, "groups". */
export function tokenFile(tokens: Readonly<Record<string, string>>): string {
  return users
    .map(({ name, user, groups }) => `${tokens[name]},${user},testbed-${name},"${groups.join(',')}"\n`)
    .join('');
}
