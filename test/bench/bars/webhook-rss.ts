import type { Bar } from '../bar.ts';
import { soakWebhook } from '../soak.ts';

/** The memory that the webhook must be given. */
export const webhookRss: Bar = {
  name: 'webhook_rss',
  unit: 'MB',
  limit: 200,
  summary: 'The most resident memory that the webhook process ever had, after 100,000 reviews at full rate.',
  measure: async (bench) => {
    const { peakResidentBytes } = await soakWebhook(bench);
    return { value: peakResidentBytes / 1e6, detail: 'peak of the process, its start included' };
  },
};
