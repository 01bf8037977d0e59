import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { SANDBOX_SERVICE_ACCOUNT_PREFIX } from '../../api/names.ts';
import { ownedMetadata, type OwnedMetadata } from './owned-metadata.ts';

/** Returns the name of the ServiceAccount of a sandbox's pod. The prefix keeps it apart from those of people. */
export function sandboxServiceAccountName(sandbox: string): string {
  return `${SANDBOX_SERVICE_ACCOUNT_PREFIX}${sandbox}`;
}

/** The ServiceAccount of a sandbox's pod: no role is bound to it, and no token of it is mounted. */
export function sandboxServiceAccount(sandbox: AgentSandbox): {
  readonly metadata: OwnedMetadata;
  readonly automountServiceAccountToken: false;
} {
  const name = sandboxServiceAccountName(sandbox.metadata.name);
  return { metadata: ownedMetadata(sandbox, name), automountServiceAccountToken: false };
}
