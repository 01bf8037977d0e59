import { admissionPolicies } from './admission-policies.ts';
import { apiReference } from './api-reference.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import { checkReference } from './check-reference.ts';
import type { Generator } from './generated-file.ts';
import { installManifest } from './install-manifest.ts';
import { matchConditions } from './match-conditions.ts';
import { reasonReference } from './reason-reference.ts';

/** Everything that is generated, one line each. */
export const generators: readonly Generator[] = [
  customResourceDefinitions,
  admissionPolicies,
  matchConditions,
  apiReference,
  checkReference,
  reasonReference,
  installManifest,
];
