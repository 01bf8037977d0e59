import type { BoundLogin } from '../database/bound-login.ts';
import { loginStatements, type LoginStatements } from '../database/login-statements.ts';
import { tenantRoleName, writerRoleName } from '../database/role-names.ts';

/** The role of a sandbox at a mount of Vault's database engine, which makes its logins. */
export interface DatabaseRole extends LoginStatements {
  readonly mount: string;
  readonly connection: string;
}

/** How long a login lives, in seconds: as long as the token of Vault that it was asked for with. */
export const LOGIN_SECONDS = 900;

/** Builds the roles of a sandbox. Its logins may change rows only where a tool of its role does. */
export function buildDatabaseRoles(
  logins: readonly BoundLogin[],
  { tenantUID, sandboxUID }: { readonly tenantUID: string; readonly sandboxUID: string },
): readonly DatabaseRole[] {
  return logins.map(({ mount, connection, isWriter }) => {
    const memberOf = isWriter ? writerRoleName(tenantUID) : tenantRoleName(tenantUID);
    return { mount, connection, ...loginStatements({ memberOf, sandboxUID }) };
  });
}
