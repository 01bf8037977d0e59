import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { type ConditionState, wholeStatus } from '../../controller/conditions.ts';
import { shorten } from '../../lib/shorten.ts';
import { formatTime } from '../../lib/time.ts';
import type { IdentityOutcome } from '../identity/identity-context.ts';

export type SandboxStatus = NonNullable<AgentSandbox['status']>;

/** What the reconciler says about a sandbox. A field that is undefined is removed. */
export interface SandboxReport {
  readonly roleResolved: ConditionState;
  readonly podReady: ConditionState;
  readonly egressClosed: ConditionState;
  readonly contained: ConditionState;
  readonly fields: Pick<
    SandboxStatus,
    'resolvedRole' | 'policyHash' | 'pod' | 'startTime' | 'endTime' | 'restarts'
  >;
}

/** What is said of its identity in Vault. */
export type CredentialsReport = Pick<IdentityOutcome, 'condition' | 'fields'>;

/** Of a sandbox of an operator without Vault. */
const NO_CREDENTIALS: CredentialsReport = { condition: null, fields: {} };

const MAX_MESSAGE_CHARACTERS = 8_192;

/** Returns the whole status of a sandbox; null where it has it already. */
export function sandboxStatus(
  sandbox: AgentSandbox,
  { roleResolved, podReady, egressClosed, contained, fields }: SandboxReport,
  now: number,
  credentials: CredentialsReport = NO_CREDENTIALS,
): SandboxStatus | null {
  const credentialsReady = credentials.condition === null ? [] : [credentials.condition];
  const states = [roleResolved, podReady, ...credentialsReady, egressClosed];
  const all = [...states, contained, readyCondition(states)].map((state) => ({
    ...state,
    message: shorten(state.message, MAX_MESSAGE_CHARACTERS),
  }));
  return wholeStatus(sandbox, all, { ...fields, ...credentials.fields }, formatTime(now));
}

/** A role without a start gate proves nothing, and its agent can work all the same: only what is false keeps it from that. */
function readyCondition(states: readonly ConditionState[]): ConditionState {
  const missing = states.filter(
    ({ type, status }) => status === 'False' || (status === 'Unknown' && type !== 'EgressClosed'),
  );
  if (missing.length === 0) {
    return { type: 'Ready', status: 'True', reason: 'Ready', message: 'The agent can work.' };
  }
  const named = missing.map(({ type, reason }) => `${type} (${reason})`).join(', ');
  return { type: 'Ready', status: 'False', reason: 'NotReady', message: `These do not hold: ${named}.` };
}
