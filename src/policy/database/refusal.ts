import type { CatalogFacts } from './catalog-facts.ts';
import type { Refusal, RefusalReason } from './isolation-plan.ts';

/** Builds a refusal. */
export function refusal(reason: RefusalReason, object: string, problem: string): Refusal {
  return { reason, object, problem };
}

/** The admin can change only what is of a role that it has. */
export function notOwned({ admin }: CatalogFacts, object: string, owner: string): Refusal {
  return refusal(
    'AdminLacksPrivilege',
    object,
    `it belongs to role ${owner}: GRANT ${owner} TO ${admin.name}, which is the login of adminCredential`,
  );
}

const SYSTEM_SCHEMA = /^(?:pg_.*|information_schema|cloister)$/;

/** Whether a schema is of PostgreSQL or of Cloister itself. */
export function isSystemSchema(schema: string): boolean {
  return SYSTEM_SCHEMA.test(schema);
}
