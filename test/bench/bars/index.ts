import type { Bar } from '../bar.ts';
import { contractCpuRatio } from './contract-cpu-ratio.ts';
import { podCreateAddedP50 } from './pod-create-added-p50.ts';
import { podCreateRpsRatio } from './pod-create-rps-ratio.ts';
import { review5000Ratio } from './review-5000-ratio.ts';
import { webhookCpuRatio } from './webhook-cpu-ratio.ts';
import { webhookHeapGrowth } from './webhook-heap-growth.ts';
import { webhookP99Ratio } from './webhook-p99-ratio.ts';
import { webhookRss } from './webhook-rss.ts';

/** The benches by name, each with its bars in the order in which they are measured. */
export const BENCHES: Readonly<Record<string, readonly Bar[]>> = {
  admission: [
    contractCpuRatio,
    webhookCpuRatio,
    webhookP99Ratio,
    webhookHeapGrowth,
    webhookRss,
    podCreateAddedP50,
    podCreateRpsRatio,
    review5000Ratio,
  ],
};
