import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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

export interface ModelAgent {
  /** Its process. */
  readonly pid: number;
  /** One call at a time. Rejects where there was no answer. */
  readonly call: (call: ModelCall) => Promise<ModelAnswer>;
  readonly stop: () => Promise<void>;
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
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
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

async function nextAnswer(child: ChildProcess, ended: Promise<unknown[]>): Promise<ModelAnswer> {
  const answered = once(child, 'message').then(([message]) => message as ModelAnswer);
  return Promise.race([answered, ended.then(() => Promise.reject(new Error('the agent has ended')))]);
}
