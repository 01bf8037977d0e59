import { isRecord } from '../lib/is-record.ts';
import { isVaultError, VaultError } from './vault-error.ts';
import type { VaultPort } from './vault-port.ts';
import type { VaultSession } from './vault-session.ts';

/**
 * Wraps a session so that no request for a namespace reaches a Vault that has none: Vault without Enterprise ignores the
 * header, and what was meant for the namespace would be written to the root.
 *
 * `ownNamespace` is the one in which the session logs in.
 */
export function requireNamespaces(
  session: VaultSession,
  port: VaultPort,
  ownNamespace: string | null,
): VaultSession {
  // What Vault has it keeps; what it lacks may come with an upgrade.
  let hasNamespaces = false;
  return {
    call: async (request) => {
      const namespace = request.namespace ?? ownNamespace;
      if (namespace !== null && !hasNamespaces) {
        hasNamespaces = await findNamespaces(session, port, request.signal);
        if (!hasNamespaces) throw withoutNamespaces(`${request.method} ${request.path}`, namespace);
      }
      return session.call(request);
    },
    close: session.close,
  };
}

function withoutNamespaces(operation: string, namespace: string): VaultError {
  const messages = [
    `namespace ${namespace} is set, but this Vault has no namespaces and would use its root instead: leave the namespace out, or use Vault Enterprise`,
  ];
  return new VaultError(operation, { reason: 'Invalid', messages });
}

async function findNamespaces(
  session: VaultSession,
  port: VaultPort,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  // A standby knows it as well.
  const query = 'standbyok=true&perfstandbyok=true';
  const { body } = await port.call({ method: 'GET', path: 'sys/health', query, namespace: null, signal });
  if (body?.['enterprise'] === true) return true;
  return hasNamespacesPath(session, signal);
}

/** OpenBao has namespaces and is not Enterprise. Its list is of a path that Vault without Enterprise does not serve. */
async function hasNamespacesPath(session: VaultSession, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const { body } = await session.call({ method: 'LIST', path: 'sys/namespaces', namespace: null, signal });
    return isRecord(body?.['data']);
  } catch (error) {
    if (isVaultError(error, 'Missing')) return error.messages.length === 0;
    if (isVaultError(error, 'Denied')) return false;
    throw error;
  }
}
