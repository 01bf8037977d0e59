import type { AgentRole } from '../../api/agent-role.ts';
import { evaluateArguments } from './evaluate-arguments.ts';
import { evaluateBrokeredHosts } from './evaluate-brokered-hosts.ts';
import type { Finding } from '../decision.ts';

/** What the schema of AgentRole cannot see. */
export function evaluateAgentRole(role: AgentRole): readonly Finding[] {
  return [...evaluateArguments(role), ...evaluateBrokeredHosts(role)];
}
