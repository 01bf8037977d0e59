import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { objectKey } from '../../kube/kube-object.ts';
import { hasFinalizer } from '../identity/decide-identity.ts';

/** Names the sandboxes of which Vault may still hold something, each with what their status says of it. */
export function describeIdentities(
  sandboxes: readonly Pick<AgentSandbox, 'metadata' | 'status'>[],
): readonly string[] {
  return sandboxes.filter(hasFinalizer).map(({ metadata, status }) => {
    const said = status?.conditions?.find(({ type }) => type === 'CredentialsReady');
    return `AgentSandbox ${objectKey(metadata)}${said === undefined ? '' : `: ${said.message}`}`;
  });
}
