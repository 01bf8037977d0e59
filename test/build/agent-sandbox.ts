import { type AgentSandbox, agentSandbox } from '../../src/api/agent-sandbox.ts';
import { API_VERSION } from '../../src/api/names.ts';

/** The least that makes a valid AgentSandbox, as its author writes it. */
export const minimalAgentSandbox = {
  apiVersion: API_VERSION,
  kind: 'AgentSandbox',
  metadata: { name: 'minimal', namespace: 'acme-agents' },
  spec: {
    image: 'ghcr.io/acme/hermes@sha256:6f1c2e0d8b7a49531d2c3b4a5f60718293a4b5c6d7e8f90112233445566778f0',
  },
} as const;

/** A valid sandbox as the API server stores it, defaults included, changed by `tweak`. */
export const buildAgentSandbox = (tweak: (sandbox: AgentSandbox) => void = () => {}): AgentSandbox => {
  const sandbox = agentSandbox.schema.parse(minimalAgentSandbox);
  tweak(sandbox);
  return sandbox;
};
