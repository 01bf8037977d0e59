import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { backstopPolicy } from '../../src/render/backstop-policy.ts';
import { GUARDS } from '../../src/render/guards/index.ts';
import type { GeneratedFile } from './generated-file.ts';
import { toYAML } from './to-yaml.ts';

/** The policies that the API server keeps by itself: one file each, the policy before its bindings. */
export const admissionPolicies = (): GeneratedFile[] =>
  [backstopPolicy(CHECKS), ...GUARDS].map((objects) => ({
    path: `charts/cloister/files/policies/${objects[0]?.metadata.name}.yaml`,
    content: toYAML(...objects),
  }));
