import { z } from 'zod';
import type { SourceFormat } from './account.ts';
import { auditExplanations, auditSection } from './sections/audit.ts';
import { dataIsolationExplanations, dataIsolationSection } from './sections/data-isolation.ts';
import { networkExplanations, networkSection } from './sections/network.ts';
import { permissionModelExplanations, permissionModelSection } from './sections/permission-model.ts';
import { sandboxExplanations, sandboxSection } from './sections/sandbox.ts';
import { secretsExplanations, secretsSection } from './sections/secrets.ts';
import { inSection } from './verdict.ts';

const schema = z.object({
  security: z
    .object({
      permission_model: permissionModelSection.prefault({}),
      sandbox: sandboxSection.prefault({}),
      network: networkSection.prefault({}),
      secrets: secretsSection.prefault({}),
      data_isolation: dataIsolationSection.optional(),
      audit: auditSection.prefault({}),
    })
    .prefault({}),
});

type Document = z.infer<typeof schema>;

export type Configuration = Document['security'];

/** The chapter's complete configuration. A section that is not set has the figures of the chapter. */
export const CONFIGURATION: SourceFormat<Document> = {
  schema,
  explanations: {
    ...inSection(
      'security.permission_model',
      permissionModelExplanations,
      ({ security }) => security.permission_model,
    ),
    ...inSection('security.sandbox', sandboxExplanations, ({ security }) => security.sandbox),
    ...inSection('security.network', networkExplanations, ({ security }) => ({
      network: security.network,
      roles: Object.values(security.permission_model.roles),
    })),
    ...inSection('security.secrets', secretsExplanations, ({ security }) => security.secrets),
    ...inSection('security.data_isolation', dataIsolationExplanations, ({ security }) =>
      dataIsolationSection.parse(security.data_isolation ?? {}),
    ),
    ...inSection('security.audit', auditExplanations, ({ security }) => security.audit),
  },
};
