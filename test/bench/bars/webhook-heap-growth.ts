import type { Bar } from '../bar.ts';
import { soakWebhook } from '../soak.ts';

/** Whether something is kept of every review. */
export const webhookHeapGrowth: Bar = {
  name: 'webhook_heap_growth',
  unit: '%',
  limit: 5,
  summary: 'Growth of the heap between 50,000 and 100,000 reviews, after a forced collection each.',
  measure: async (bench) => {
    const { heapAtHalf, heapAtEnd } = await soakWebhook(bench);
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2);
    return {
      value: (heapAtEnd / heapAtHalf - 1) * 100,
      detail: `${megabytes(heapAtHalf)} MB, then ${megabytes(heapAtEnd)} MB`,
    };
  },
};
