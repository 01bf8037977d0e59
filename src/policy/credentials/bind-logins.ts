import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { BoundLogin } from '../database/bound-login.ts';
import { agentCredentials } from './agent-credentials.ts';

export interface BoundLogins {
  /** At most one for a mount, in the order of the mounts. */
  readonly logins: readonly BoundLogin[];
  /** What is bound and gives no login: clauses that name the field. */
  readonly problems: readonly string[];
}

/**
 * Finds the logins that a tenant binds to the credentials of a role. A sandbox has one role at a mount of Vault, so that there the
 * bindings of its role must name the same connection.
 */
export function bindLogins(
  role: Pick<AgentRole, 'spec'>,
  tenant: Pick<TenantIsolation, 'spec'>,
): BoundLogins {
  const wanted = new Set(
    (role.spec.credentials ?? []).flatMap(({ name, databaseLogin }) =>
      databaseLogin === undefined ? [] : [name],
    ),
  );
  const written = writtenWith(role);
  const byMount = new Map<string, { readonly connections: Set<string>; isWriter: boolean }>();
  for (const { name, vaultDatabase } of agentCredentials(tenant.spec)) {
    if (vaultDatabase === undefined || vaultDatabase.staticRole !== undefined || !wanted.has(name)) continue;
    const bound = byMount.get(vaultDatabase.mount) ?? { connections: new Set<string>(), isWriter: false };
    bound.connections.add(vaultDatabase.connection);
    bound.isWriter ||= written.has(name);
    byMount.set(vaultDatabase.mount, bound);
  }
  const logins: BoundLogin[] = [];
  const problems: string[] = [];
  for (const [mount, { connections, isWriter }] of [...byMount].sort(([one], [other]) =>
    one < other ? -1 : 1,
  )) {
    const [connection = '', ...more] = [...connections].sort();
    if (more.length === 0) logins.push({ mount, connection, isWriter });
    else
      problems.push(
        `spec.credentials of the tenant names the connections ${[connection, ...more].join(' and ')} at mount ${mount}; those of one role must name one`,
      );
  }
  if (byMount.size > 0 && tenant.spec.database === undefined)
    problems.push('spec.database of the tenant is not set, and without it no login of a database is made');
  return { logins, problems };
}

/** Names of the credentials with which tools of a role change rows. */
function writtenWith({ spec }: Pick<AgentRole, 'spec'>): ReadonlySet<string> {
  return new Set(
    (spec.tools ?? []).flatMap(({ sql }) =>
      sql !== undefined && sql.operations.some((operation) => operation !== 'Select') ? [sql.credential] : [],
    ),
  );
}
