import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { agentProcess, type AgentProcess } from '../agent-process.ts';

/** What the agent is told to do. */
export type ModelCall =
  | { readonly act: 'Chat'; readonly model: string; readonly isStreamed?: boolean }
  | { readonly act: 'Message'; readonly model: string; readonly hasHostedTool?: boolean }
  | { readonly act: 'OpenStream'; readonly question: string }
  | { readonly act: 'AwaitEnd' }
  /** Tells everything that it has and that it was answered. */
  | { readonly act: 'TellAll' };

/** What came of it. */
export interface ModelAnswer {
  /** What the model said, or the SDK of an error. */
  readonly said?: string;
  /** Of a refusal, as the SDK has it. */
  readonly reason?: string;
  /** What went wrong beside all answers. */
  readonly fault?: string;
}

export interface ModelAgent extends AgentProcess<ModelCall, ModelAnswer> {
  /** Its process. */
  readonly pid: number;
}

const AGENT = fileURLToPath(new URL('agent.ts', import.meta.url));

/** Starts the agent with this environment and nothing else, as a process that ends with this one. */
export function startModelAgent(
  environment: Readonly<Record<string, string>>,
  gatewayAddress: string,
): ModelAgent {
  const child = fork(AGENT, [gatewayAddress], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return { pid: child.pid ?? 0, ...agentProcess<ModelCall, ModelAnswer>(child) };
}
