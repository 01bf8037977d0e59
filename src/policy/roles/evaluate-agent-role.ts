import type { AgentRole } from '../../api/agent-role.ts';
import { judgeArguments } from './evaluate-arguments.ts';
import { judgeBrokeredHosts } from './evaluate-brokered-hosts.ts';
import type { KindFinding } from '../kinds/kind-finding.ts';

/** What the schema of AgentRole cannot see. */
export function judgeAgentRole(role: AgentRole): readonly KindFinding[] {
  return [...judgeArguments(role), ...judgeBrokeredHosts(role)];
}
