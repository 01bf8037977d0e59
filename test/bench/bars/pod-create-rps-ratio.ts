import type { Bar } from '../bar.ts';
import { COUNT } from '../pods.ts';
import { warmPodCreation } from '../pod-creation.ts';
import { interleave } from '../rounds.ts';
import { median, spread } from '../statistics.ts';

const ROUNDS = 7;
const CONCURRENT = 200;

/** How much of the API server's rate of pods is left in an enrolled namespace. */
export const podCreateRpsRatio: Bar = {
  name: 'pod_create_rps_ratio',
  unit: 'ratio',
  limit: 0.45,
  isFloor: true,
  summary:
    'Pods created a second with 200 requests under way, enrolled against unenrolled namespace, three of ten refused.',
  measure: async (bench) => {
    const client = await warmPodCreation(bench, CONCURRENT);
    const count = bench.isQuick ? COUNT / 2 : 2 * COUNT;
    const rate = (name: string) => async () => (count / (await client.closedLoop(name, count))) * 1000;
    const { ours, baseline } = await interleave(ROUNDS, rate('enrolled'), rate('unenrolled'));
    return {
      value: median(ours.map((enrolled, round) => enrolled / (baseline[round] ?? Number.NaN))),
      detail: `${spread(ours, 0)} pods a second against ${spread(baseline, 0)}, ${ROUNDS} rounds`,
    };
  },
};
