import { CHECKS } from './checks/index.ts';

/** What no exemption may lift, though Pod Security has no such check: without them a pod has no role, or no owner. */
const NEVER = new Set(['role', 'reserved-metadata']);

/** The checks that a tenant may be exempted from: those outside Pod Security `restricted`. */
export const EXEMPTIBLE_CHECKS: ReadonlySet<string> = new Set(
  CHECKS.filter(({ name, upstream }) => upstream === null && !NEVER.has(name)).map(({ name }) => name),
);
