import { JUDGED_PODS } from '../../src/render/judged-pods.ts';
import type { GeneratedFile } from './generated-file.ts';
import { toYAML } from './to-yaml.ts';

/** When the API server calls the webhook about a pod, for the registrations of the chart: as the backstop decides it. */
export const matchConditions = (): GeneratedFile[] => [
  { path: 'charts/cloister/files/match-conditions/pods.yaml', content: toYAML([JUDGED_PODS]) },
];
