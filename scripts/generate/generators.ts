import { admissionPolicies } from './admission-policies.ts';
import { apiReference } from './api-reference.ts';
import { customResourceDefinitions } from './custom-resource-definitions.ts';
import type { Generator } from './generated-file.ts';

/** Everything that is generated, one line each. */
export const generators: readonly Generator[] = [customResourceDefinitions, admissionPolicies, apiReference];
