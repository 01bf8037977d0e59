import { type AgentQuarantine, agentQuarantine } from '../../src/api/agent-quarantine.ts';
import { API_VERSION } from '../../src/api/names.ts';

/** The least that makes a valid AgentQuarantine, as the platform team writes it. */
export const minimalAgentQuarantine = {
  apiVersion: API_VERSION,
  kind: 'AgentQuarantine',
  metadata: { name: 'minimal' },
  spec: { target: { type: 'Role', name: 'minimal' }, reason: 'A drill.' },
} as const;

/** A valid quarantine as the API server stores it, defaults included, changed by `tweak`. */
export const buildAgentQuarantine = (
  tweak: (quarantine: AgentQuarantine) => void = () => {},
): AgentQuarantine => {
  const quarantine = agentQuarantine.schema.parse(minimalAgentQuarantine);
  tweak(quarantine);
  return quarantine;
};
