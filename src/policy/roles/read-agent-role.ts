import { type AgentRole, agentRole } from '../../api/agent-role.ts';
import { describeProblems } from '../../api/describe-problems.ts';
import { withoutNulls } from '../../api/read-schema.ts';
import { describeViolation } from '../describe-decision.ts';
import { evaluateAgentRole } from './evaluate-agent-role.ts';

/** A role with its defaults filled in, or everything for which admission rejects it. */
export type ReadRole = { readonly role: AgentRole } | { readonly problems: readonly string[] };

/** Reads an object, such as a parsed manifest, as the API server and the webhook read an AgentRole. */
export function readAgentRole(object: Readonly<Record<string, unknown>>): ReadRole {
  const problems = describeProblems(agentRole, object);
  if (problems.length > 0) return { problems };
  const role = agentRole.schema.parse(withoutNulls(agentRole.schema, object));
  const findings = evaluateAgentRole(role);
  if (findings.length === 0) return { role };
  return {
    problems: findings.map((finding) =>
      describeViolation({ ...finding, check: 'AgentRole', container: null }),
    ),
  };
}
