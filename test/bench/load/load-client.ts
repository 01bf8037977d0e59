import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadCommand, LoadResult } from './load-command.ts';
import type { Pair } from './paired-loop.ts';
import type { Target } from './target.ts';

/** The client's process, as a bar uses it. Every answer is checked; a wrong one throws. */
export interface LoadClient {
  /** Opens kept connections to a target; a target of that name is closed first. */
  open(name: string, target: Target, connections: number): Promise<void>;
  /** Milliseconds for so many requests, as fast as they are answered. */
  closedLoop(name: string, count: number): Promise<number>;
  /** Milliseconds of each of so many requests, sent at random intervals at this rate. */
  openLoop(name: string, count: number, perSecond: number): Promise<readonly number[]>;
  /** Milliseconds of each pod at both targets, one at a time. */
  pairedLoop(names: readonly [string, string], count: number): Promise<readonly Pair[]>;
  stop(): void;
}

/** The client collects its garbage seldom, and alone: its helpers would take the processors from what is measured. */
const FLAGS = ['--min-semi-space-size=64', '--max-semi-space-size=64', '--no-parallel-scavenge'] as const;

/** Starts the client's process. */
export function startLoadClient(): LoadClient {
  const child = fork(fileURLToPath(new URL('client.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: [...FLAGS],
  });
  const opened = new Set<string>();
  async function ask<Type extends LoadResult['type']>(
    command: LoadCommand,
    type: Type,
  ): Promise<Extract<LoadResult, { type: Type }>> {
    child.send(command);
    const [result] = (await once(child, 'message')) as [LoadResult];
    if (result.type === 'Failed') throw new Error(`${command.type}: ${result.message}`);
    if (result.type !== type) throw new Error(`${command.type} was answered with ${result.type}`);
    return result as Extract<LoadResult, { type: Type }>;
  }
  return {
    async open(name, target, connections) {
      if (opened.has(name)) await ask({ type: 'Close', name }, 'Done');
      await ask({ type: 'Open', name, target, connections }, 'Done');
      opened.add(name);
    },
    closedLoop: async (name, count) =>
      (await ask({ type: 'ClosedLoop', name, count }, 'Milliseconds')).milliseconds,
    openLoop: async (name, count, perSecond) =>
      (await ask({ type: 'OpenLoop', name, count, perSecond }, 'Latencies')).latencies,
    pairedLoop: async (names, count) => (await ask({ type: 'PairedLoop', names, count }, 'Pairs')).pairs,
    stop: () => void child.kill(),
  };
}
