import { createRandom } from '../controller/simulated-world.ts';
import { checkWorld } from './check-world.ts';
import { faultActions, type FaultLimits } from './fault-actions.ts';
import type { FaultWorld } from './fault-world.ts';

export interface Scenario extends FaultLimits {
  readonly seed: number;
  readonly steps: number;
  /** At most so long between two steps. */
  readonly maxPauseMilliseconds: number;
  /** If set: these alone. */
  readonly only?: readonly string[];
}

/** Begins with a tenant, a sandbox and two operators, takes the steps, and checks what has become of it. */
export async function runScenario(world: FaultWorld, scenario: Scenario): Promise<void> {
  const order = createRandom(scenario.seed);
  const random = createRandom(scenario.seed + 1);
  const actions = faultActions(scenario);
  const names = scenario.only ?? Object.keys(actions);
  const taken: string[] = [];
  const take = async (name: string): Promise<void> => {
    taken.push(name);
    await actions[name]!(world, random);
  };
  try {
    await world.startOperator();
    await world.startOperator();
    await take('makeTenant');
    await take('makeSandbox');
    for (let step = 0; step < scenario.steps; step += 1) {
      await take(names[Math.floor(order() * names.length)]!);
      await new Promise((resolve) => setTimeout(resolve, random() * scenario.maxPauseMilliseconds));
    }
    await checkWorld(world);
  } catch (error) {
    throw new Error(`seed ${scenario.seed}, after ${taken.join(', ')}`, { cause: error });
  }
}
