import { z } from 'zod';
import { databaseIdentifier } from '../../../api/shape/names.ts';
import {
  always,
  cannotBeKept,
  changedInForm,
  type Explanations,
  tightened,
  type Verdict,
} from '../verdict.ts';

/** By the name that the chapter's table suggests, the strategy of a TenantIsolation. */
export const STRATEGIES = {
  row_level_security: 'RowLevel',
  schema_isolation: 'Schema',
  separate_db_instances: 'Dedicated',
  separate_deployments: 'Dedicated',
} as const;

/** The schema of a tenant: its name as an identifier that needs no quoting. */
export function schemaOf(tenant: string): string {
  return `tenant_${tenant.replaceAll('-', '_')}`;
}

type StrategyName = keyof typeof STRATEGIES;

/** How the rows, the embeddings and the files of tenants are kept apart. */
export const dataIsolationSection = z.object({
  strategy: z.enum(Object.keys(STRATEGIES) as StrategyName[]).default('row_level_security'),
  tenant_field: databaseIdentifier().default('tenant_id'),
  enforce_at: z.array(z.enum(['database', 'vector_store', 'file_storage'])).default([]),
});

type DataIsolationSection = z.infer<typeof dataIsolationSection>;

const STRATEGY_VERDICTS: Readonly<Record<StrategyName, Verdict>> = {
  row_level_security: tightened(
    'strategy RowLevel. The policy asks for the login of the session, which Vault makes for one sandbox; a variable of the session, which an agent can SET, only narrows it.',
  ),
  schema_isolation: changedInForm(
    "strategy Schema: a schema of the tenant's own, and no right to any other.",
  ),
  separate_db_instances: changedInForm("strategy Dedicated: a server of the tenant's own."),
  separate_deployments: changedInForm(
    "strategy Dedicated: a server of the tenant's own. Gateway, namespaces and identities are each tenant's own in any case.",
  ),
};

const PLACES: Readonly<Record<string, Verdict>> = {
  database: changedInForm(
    'spec.database of the tenant, with the server and the tables that the options name.',
  ),
  vector_store: changedInForm(
    'spec.vectorStore of the tenant: pgvector in the same database, with a partition for each tenant, because an index that tenants share returns too few rows.',
  ),
  file_storage: changedInForm(
    'spec.fileStorage of the tenant: volumes of its own, of the storage class that --storage-class names.',
  ),
};

export const dataIsolationExplanations: Explanations<DataIsolationSection> = {
  strategy: (value) => STRATEGY_VERDICTS[value as StrategyName],
  tenant_field: (_value, { document }) =>
    document.strategy === 'row_level_security'
      ? changedInForm(
          'tenantColumn of spec.database, with the name of the tenant as tenantValue. Whose rows are read comes from the login and never from the statement.',
        )
      : cannotBeKept(
          `No column is asked for: strategy ${STRATEGIES[document.strategy]} keeps whole tables apart.`,
        ),
  'enforce_at[]': (value) =>
    PLACES[String(value)] ?? always(cannotBeKept('It is no place of the chapter.'))(),
};
