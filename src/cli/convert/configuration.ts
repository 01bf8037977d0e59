import { z } from 'zod';
import { auditExplanations, auditSection } from './sections/audit.ts';
import { dataIsolationExplanations, dataIsolationSection } from './sections/data-isolation.ts';
import { networkExplanations, networkSection } from './sections/network.ts';
import { permissionModelExplanations, permissionModelSection } from './sections/permission-model.ts';
import { sandboxExplanations, sandboxSection } from './sections/sandbox.ts';
import { secretsExplanations, secretsSection } from './sections/secrets.ts';
import type { Explanations } from './verdict.ts';

/** The chapter's configuration. A section that is not set has the figures of the chapter. */
export const configurationSchema = z.object({
  security: z.object({
    permission_model: permissionModelSection.prefault({}),
    sandbox: sandboxSection.prefault({}),
    network: networkSection.prefault({}),
    secrets: secretsSection.prefault({}),
    data_isolation: dataIsolationSection.optional(),
    audit: auditSection.prefault({}),
  }),
});

export type Configuration = z.infer<typeof configurationSchema>['security'];

/** By the name of a section, what becomes of its values. */
export const EXPLANATIONS: Readonly<Record<keyof Configuration, Explanations<never>>> = {
  permission_model: permissionModelExplanations,
  sandbox: sandboxExplanations,
  network: networkExplanations,
  secrets: secretsExplanations,
  data_isolation: dataIsolationExplanations,
  audit: auditExplanations,
};
