import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { agentProcess, type AgentProcess } from '../agent-process.ts';

/** What a pod's author and the operator give an agent, and where the gateway is. */
export interface AgentSetup {
  /** The address of its pod. */
  readonly from: string;
  /** What proves which sandbox it is. */
  readonly secret: string;
  readonly proxyPort: number;
  readonly apiPort: number;
  /** In PEM: whose certificate the gateway shows, and whose the world outside. */
  readonly gatewayAuthority: string;
  readonly outsideAuthority: string;
}

/** What the agent is told to do. */
export type AgentCall =
  | { readonly act: 'Connect' | 'OpenStream'; readonly authority: string }
  | { readonly act: 'Ask'; readonly path: string; readonly tool: string; readonly arguments: object }
  | { readonly act: 'AwaitEnd' };

/** What the gateway answers, as far as the demo shows it. */
export interface AnswerBody {
  readonly decision?: string;
  readonly reason?: string | null;
  readonly message?: string | null;
  readonly rule?: string | null;
  readonly level?: string | null;
  /** What was fetched. */
  readonly response?: { readonly status: number; readonly body: string };
}

/** What came of it. */
export interface AgentAnswer {
  /** Of HTTP. */
  readonly status?: number;
  /** What the gateway says of it. */
  readonly body?: AnswerBody;
  readonly retryAfter?: string;
  /** What came through. */
  readonly text?: string;
  /** What went wrong beside all answers. */
  readonly fault?: string;
}

export type StartedAgent = AgentProcess<AgentCall, AgentAnswer>;

const AGENT = fileURLToPath(new URL('agent.ts', import.meta.url));

/** Starts the agent as a process that ends with this one. */
export function startAgent(setup: AgentSetup): StartedAgent {
  const child = fork(AGENT, {
    env: { AGENT: JSON.stringify(setup) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return agentProcess(child);
}
