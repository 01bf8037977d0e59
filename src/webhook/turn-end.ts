/** Runs tasks, in the order in which they came, at the end of this turn of the event loop. No task may throw. */
export type TurnEnd = (task: () => void) => void;

/**
 * Holds back answers until what came together is read: several in a row cost a fifth less, since the client is woken once
 * for them, and the code of each finds the caches of the processor as the one before left them (docs/performance.md). One
 * that comes alone waits for microseconds. As soon as there are `most` they run at once: each still takes its place in the
 * load, and those that come next would be refused.
 */
export function createTurnEnd(most: number): TurnEnd {
  let waiting: (() => void)[] = [];
  const runAll = (): void => {
    const tasks = waiting;
    waiting = [];
    for (const task of tasks) task();
  };
  return (task) => {
    waiting.push(task);
    if (waiting.length >= most) runAll();
    else if (waiting.length === 1) setImmediate(runAll);
  };
}
