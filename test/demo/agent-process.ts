import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What every agent of the demo may answer. */
interface Faulty {
  /** What went wrong beside all answers. */
  readonly fault?: string;
}

/** An agent as a process of its own. */
export interface AgentProcess<Call, Answer> {
  /** One call at a time. Rejects where there was no answer. */
  readonly call: (call: Call) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

/** Speaks with an agent that was forked: each message to it is answered by one. */
export function agentProcess<Call extends object, Answer extends Faulty>(
  child: ChildProcess,
): AgentProcess<Call, Answer> {
  const ended = once(child, 'exit');
  const nextAnswer = async (): Promise<Answer> => {
    const answered = once(child, 'message').then(([message]) => message as Answer);
    return Promise.race([answered, ended.then(() => Promise.reject(new Error('the agent has ended')))]);
  };
  return {
    call: async (call) => {
      child.send(call);
      const answer = await nextAnswer();
      if (answer.fault !== undefined) throw new Error(`the agent: ${answer.fault}`);
      return answer;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
