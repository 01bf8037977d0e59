import { type AgentApproval, agentApproval } from '../../src/api/agent-approval.ts';
import { API_VERSION } from '../../src/api/names.ts';

/** The least that makes a valid AgentApproval, as the gateway writes it. */
export const minimalAgentApproval = {
  apiVersion: API_VERSION,
  kind: 'AgentApproval',
  metadata: { name: 'minimal', namespace: 'cloister-t-acme' },
  spec: {
    sandbox: { namespace: 'acme-agents', name: 'minimal' },
    sandboxUID: '5b0c8f4e-2f1d-4a7c-9a53-0f9c4c0b7e11',
    role: 'minimal',
    tool: 'rollout',
    rule: 'sha256:0d1f6a8f4d2b6d8c7a5e3b1907f6e5d4c3b2a190817263544536271809f0e1d2',
    createdBy: 'developer@acme.example',
    approvers: [{ group: 'sre' }],
    argumentsDigest: 'sha256:8a7b6c5d4e3f20112233445566778899aabbccddeeff00112233445566778899',
    arguments: '{}',
    expirationTime: '2030-01-01T00:10:00Z',
  },
} as const;

/** A valid approval as the API server stores it, defaults included, changed by `tweak`. */
export const buildAgentApproval = (tweak: (approval: AgentApproval) => void = () => {}): AgentApproval => {
  const approval = agentApproval.schema.parse(minimalAgentApproval);
  tweak(approval);
  return approval;
};
