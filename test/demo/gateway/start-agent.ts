import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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

export interface StartedAgent {
  /** One call at a time. Rejects where there was no answer. */
  readonly call: (call: AgentCall) => Promise<AgentAnswer>;
  readonly stop: () => Promise<void>;
}

const AGENT = fileURLToPath(new URL('agent.ts', import.meta.url));

/** Starts the agent as a process that ends with this one. */
export function startAgent(setup: AgentSetup): StartedAgent {
  const child = fork(AGENT, {
    env: { AGENT: JSON.stringify(setup) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  return {
    call: async (call) => {
      child.send(call);
      const answer = await nextAnswer(child, ended);
      if (answer.fault !== undefined) throw new Error(`the agent: ${answer.fault}`);
      return answer;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

async function nextAnswer(child: ChildProcess, ended: Promise<unknown[]>): Promise<AgentAnswer> {
  const answered = once(child, 'message').then(([message]) => message as AgentAnswer);
  return Promise.race([answered, ended.then(() => Promise.reject(new Error('the agent has ended')))]);
}
