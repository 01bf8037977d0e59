import { type AgentRole, agentRole } from '../../api/agent-role.ts';
import { describeProblems } from '../../api/describe-problems.ts';
import { API_VERSION } from '../../api/names.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { shorten } from '../../lib/shorten.ts';
import { singleLine } from '../../lib/single-line.ts';
import type { Finding } from '../../policy/decision.ts';
import { unknownProfile as describeUnknownProfile } from '../../policy/seccomp/prepared-nodes.ts';
import { evaluateAgentRole } from '../../policy/roles/evaluate-agent-role.ts';

type Refusal = Pick<ConditionState, 'reason' | 'message'>;

const MAX_NAMED = 16;
const MAX_MESSAGE_CHARACTERS = 8_192;

/** The field of a finding about the JSON Schema of a tool. */
const ARGUMENTS_FIELD = /^spec\.tools\[\d+\]\.arguments$/;

/**
 * Says whether a role can be used as it is written, and which of its tools are held by the agent alone. A stored role may be
 * older than the rules by which one is admitted now. `isKnownProfile` tells names of seccomp profiles.
 */
export function judgeRole(
  role: AgentRole,
  isKnownProfile: (name: string) => boolean,
): readonly ConditionState[] {
  return [accepted(role, isKnownProfile), cooperative(role)];
}

function accepted(role: AgentRole, isKnownProfile: (name: string) => boolean): ConditionState {
  const refusal = invalidRules(role) ?? invalidByContent(role) ?? unknownProfile(role, isKnownProfile);
  if (refusal === null) {
    const message = 'Every rule of the role was understood.';
    return { type: 'Accepted', status: 'True', reason: 'Valid', message };
  }
  const message = shorten(refusal.message, MAX_MESSAGE_CHARACTERS);
  return { type: 'Accepted', status: 'False', reason: refusal.reason, message };
}

function invalidRules({ metadata: { name }, spec }: AgentRole): Refusal | null {
  const object = { apiVersion: API_VERSION, kind: 'AgentRole', metadata: { name }, spec };
  const problems = describeProblems(agentRole, object);
  return problems.length === 0 ? null : { reason: 'InvalidRule', message: listed(problems) };
}

function invalidByContent(role: AgentRole): Refusal | null {
  const findings = evaluateAgentRole(role);
  if (findings.length === 0) return null;
  const isArguments = findings.every(({ field }) => ARGUMENTS_FIELD.test(field));
  const reason = isArguments ? 'InvalidArguments' : 'InvalidRule';
  return { reason, message: listed(findings.map(describe)) };
}

function unknownProfile(
  { spec: { sandbox } }: AgentRole,
  isKnownProfile: (name: string) => boolean,
): Refusal | null {
  const { seccompProfile } = sandbox;
  if (isKnownProfile(seccompProfile)) return null;
  return {
    reason: 'UnknownSeccompProfile',
    message: `spec.sandbox.seccompProfile: ${describeUnknownProfile(seccompProfile)}`,
  };
}

function cooperative({ spec }: AgentRole): ConditionState {
  const tools = (spec.tools ?? []).filter(({ enforcement }) => enforcement === 'Cooperative');
  if (tools.length === 0) {
    const message = 'Every rule is held by the gateway or by the pod.';
    return { type: 'Cooperative', status: 'False', reason: 'NoCooperativeRules', message };
  }
  const names = tools.map(({ name }) => name).join(', ');
  const message = shorten(
    `Rules of these tools bind only an agent that asks: ${names}.`,
    MAX_MESSAGE_CHARACTERS,
  );
  return { type: 'Cooperative', status: 'True', reason: 'CooperativeRules', message };
}

function describe({ field, found, required, fix }: Finding): string {
  return singleLine(`${field} is ${found}; ${required}. ${fix}`);
}

function listed(problems: readonly string[]): string {
  const rest = problems.length - MAX_NAMED;
  const named = problems.slice(0, MAX_NAMED).map(endSentence);
  return [...named, ...(rest > 0 ? [`${rest} more.`] : [])].join(' ');
}
