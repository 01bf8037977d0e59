import type { ConnectionDecision } from '../../src/policy/network-policies/evaluate-connection.ts';
import type { Connection, NetworkPolicy } from '../../src/policy/network-policies/network-policy.ts';
import { runGo } from './run-go.ts';

/** Policies, and connections that are decided by them. */
export interface PolicyQuestion {
  /** As the API server returns them: with `policyTypes` and the protocols of ports. */
  readonly policies: readonly NetworkPolicy[];
  readonly connections: readonly Connection[];
}

/**
 * What Cyclonus decides, with the label selectors of Kubernetes: one list a question, one decision a connection. Throws
 * `MissingProgramError` where there is no Go.
 */
export async function cyclonusVerdicts(
  questions: readonly PolicyQuestion[],
): Promise<readonly (readonly ConnectionDecision[])[]> {
  const printed = await runGo({
    module: 'cyclonus',
    args: ['run', '.'],
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    purpose: 'runs Cyclonus',
  });
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ConnectionDecision[]);
}
