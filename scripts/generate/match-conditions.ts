import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { brokenPods } from '../../src/render/backstop-policy.ts';
import { JUDGED_PODS } from '../../src/render/judged-pods.ts';
import type { GeneratedFile } from './generated-file.ts';
import { toYAML } from './to-yaml.ts';

const FOLDER = 'charts/cloister/files/match-conditions';

/** When the API server calls the webhook about a pod, for the registrations of the chart: as the backstop decides it. */
export const matchConditions = (): GeneratedFile[] => [
  { path: `${FOLDER}/pods.yaml`, content: toYAML([JUDGED_PODS]) },
  { path: `${FOLDER}/broken-pods.yaml`, content: toYAML([...brokenPods(CHECKS)]) },
];
