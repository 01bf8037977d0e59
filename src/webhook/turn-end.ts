/** Runs tasks, in the order in which they came, at the end of this turn of the event loop. No task may throw. */
export type TurnEnd = (task: () => void) => void;

/**
 * Holds back answers until what came together is read. Judged and answered between the reading of two others, a review
 * finds neither its code nor its data in the caches of the processor, and wakes the client for each answer: several in a
 * row cost a fifth less (docs/performance.md). One that comes alone waits for microseconds. As soon as there are `most`
 * they run at once: each still takes its place in the load, and those that come next would be refused.
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
