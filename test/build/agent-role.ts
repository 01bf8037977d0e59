import { type AgentRole, agentRole } from '../../src/api/agent-role.ts';
import { API_VERSION } from '../../src/api/names.ts';

/** The least that makes a valid AgentRole, as its author writes it. */
export const minimalAgentRole = {
  apiVersion: API_VERSION,
  kind: 'AgentRole',
  metadata: { name: 'minimal' },
  spec: {
    sandbox: {
      images: [{ repository: 'ghcr.io/acme/*' }],
      limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' },
      runAsUser: 1001,
      tmp: { size: '100Mi' },
      seccompProfile: 'RuntimeDefault',
      maxLifetimeSeconds: 3600,
    },
  },
} as const;

/** A valid role as the API server stores it, defaults included, changed by `tweak`. */
export const buildAgentRole = (tweak: (role: AgentRole) => void = () => {}): AgentRole => {
  const role = agentRole.schema.parse(minimalAgentRole);
  tweak(role);
  return role;
};
