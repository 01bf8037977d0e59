import { createRandom } from '../controller/simulated-world.ts';

const SEED = 1924;

/**
 * Takes `count` cases of a table in their order: the first, the last, and others that
 * the seed chooses.
 */
export function sampleOf<Case>(cases: readonly Case[], count: number, seed = SEED): readonly Case[] {
  const random = createRandom(seed);
  const between = cases.map((_, index) => index).slice(1, -1);
  const taken = new Set([0, cases.length - 1].slice(0, count));
  while (taken.size < Math.min(count, cases.length)) {
    const [index = 0] = between.splice(Math.floor(random() * between.length), 1);
    taken.add(index);
  }
  return cases.filter((_, index) => taken.has(index));
}

/** The cases of a table that this run takes: a sample in `npm test`, all in `npm run test:faults`. */
export function casesOfRun<Case>(cases: readonly Case[], count: number): readonly Case[] {
  return process.env['CLOISTER_FAULT_SEED'] === undefined ? sampleOf(cases, count) : cases;
}
