import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Watchdog } from '../start-watchdog.ts';
import type {
  NodePlan,
  NodeServerName,
  NodeTimes,
  SupervisorMessage,
  SupervisorRequest,
} from './node-plan.ts';
import { NODE_PATH } from './node-requirements.ts';

/** The namespaces of a node, and the supervisor in them. */
export interface NodeNamespaces {
  readonly times: NodeTimes;
  /** The words before a command that run it on the node. */
  readonly enter: readonly string[];
  readonly ask: (action: SupervisorRequest['action'], server: NodeServerName) => Promise<void>;
  /** Ends every process of the node. */
  readonly stop: () => Promise<void>;
}

const LAST_LINES = 15;

/** Makes the namespaces, has the supervisor start the node in them, and resolves when the node is ready. */
export async function startNamespaces(plan: NodePlan, watchdog: Watchdog): Promise<NodeNamespaces> {
  const log = join(plan.folder, 'supervisor.log');
  const child = spawnSupervisor(log);
  await once(child, 'spawn');
  watchdog.watch(child.pid ?? 0);
  const supervisor = listen(child, log);
  child.send(plan);
  const times = await supervisor.ready;
  const first = await firstProcess(child);
  let id = 0;
  return {
    times,
    enter: ['nsenter', `--target=${first}`, '--net', '--mount', '--pid'],
    ask: async (action, server) => {
      if (!child.connected) throw new Error(`the node has ended, and its ${server} with it`);
      id += 1;
      child.send({ id, action, server } satisfies SupervisorRequest);
      await supervisor.answer(id);
    },
    stop: async () => {
      // The parent of the first process ends when all the others of the namespace have.
      if (child.exitCode === null && child.signalCode === null) process.kill(first, 'SIGKILL');
      await supervisor.ended;
      watchdog.forget(child.pid ?? 0);
    },
  };
}

function spawnSupervisor(log: string): ChildProcess {
  const program = fileURLToPath(new URL('supervisor.ts', import.meta.url));
  const output = openSync(log, 'a');
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  // The first process of a pid namespace inherits the orphans: the shell waits for them, which Node would not.
  const first = ['sh', '-c', '"$@" & wait "$!"', 'sh', process.execPath, program];
  const child = spawn('unshare', [...namespaces, '--propagation', 'private', ...first], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, PATH: NODE_PATH },
  });
  closeSync(output);
  return child;
}

function listen(child: ChildProcess, log: string) {
  const answers = new Map<number, (error?: string) => void>();
  const ready = Promise.withResolvers<NodeTimes>();
  const ended = once(child, 'exit');
  child.once('exit', () => {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    ready.reject(new Error(`the node ended. Its supervisor's last lines:\n${lines}`));
    for (const settle of answers.values()) settle('the node has ended');
  });
  child.on('message', (message: SupervisorMessage) => {
    if ('ready' in message) ready.resolve(message.ready);
    else if ('failed' in message) ready.reject(new Error(message.failed));
    else answers.get(message.id)?.(message.error);
  });
  return {
    ready: ready.promise,
    ended,
    answer: (id: number): Promise<void> =>
      new Promise((resolve, reject) => {
        answers.set(id, (error) => (error === undefined ? resolve() : reject(new Error(error))));
      }),
  };
}

async function firstProcess({ pid }: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}
