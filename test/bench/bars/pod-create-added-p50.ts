import type { Bar } from '../bar.ts';
import { COUNT } from '../pods.ts';
import { median, spread } from '../statistics.ts';
import { warmPodCreation } from '../pod-creation.ts';

const ROUNDS = 5;

/** What a person who creates a pod waits longer because its namespace is enrolled. */
export const podCreateAddedP50: Bar = {
  name: 'pod_create_added_p50',
  unit: 'ms',
  limit: 2.5,
  summary:
    'Median of what enrolment adds to the creation of an admitted pod through the API server, one at a time, each pod in both namespaces in turn.',
  measure: async (bench) => {
    const client = await warmPodCreation(bench, 1);
    const added: number[] = [];
    const whole: { enrolled: number[]; unenrolled: number[] } = { enrolled: [], unenrolled: [] };
    const refused: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const pairs = await client.pairedLoop(['enrolled', 'unenrolled'], bench.isQuick ? 100 : COUNT);
      const admitted = pairs.filter(({ isRefused }) => !isRefused);
      added.push(median(admitted.map(({ first, second }) => first - second)));
      whole.enrolled.push(median(admitted.map(({ first }) => first)));
      whole.unenrolled.push(median(admitted.map(({ second }) => second)));
      refused.push(median(pairs.filter(({ isRefused }) => isRefused).map(({ first }) => first)));
    }
    const detail = `added ${spread(added)} ms: ${spread(whole.enrolled)} ms against ${spread(whole.unenrolled)} ms; a refusal ${spread(refused)} ms`;
    return { value: median(added), detail };
  },
};
