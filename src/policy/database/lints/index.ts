import type { CatalogFacts } from '../catalog-facts.ts';
import type { WantedIsolation } from '../wanted-isolation.ts';
import { INDIRECT_LINTS } from './indirect.ts';
import { KEY_LINTS } from './keys.ts';
import { type Lint, type LintHit, lintInput } from './lint.ts';
import { REACH_LINTS } from './reach.ts';
import { ROW_SECURITY_LINTS } from './row-security.ts';

/** All rules about the structure of a database. */
export const LINTS: readonly Lint[] = [
  ...ROW_SECURITY_LINTS,
  ...KEY_LINTS,
  ...INDIRECT_LINTS,
  ...REACH_LINTS,
];

/** Where the structure does not isolate, or is worth to be mended. */
export interface Finding extends LintHit {
  /** Name of the lint. */
  readonly name: string;
  readonly severity: Lint['severity'];
}

/** Judges the structure, as it is after the plan was carried out. Findings that withhold logins come first. */
export function findStructure(facts: CatalogFacts, wanted: WantedIsolation): readonly Finding[] {
  const input = lintInput(facts, wanted);
  const findings = LINTS.flatMap(({ name, severity, find }) =>
    find(input).map((hit) => ({ name, severity, ...hit })),
  );
  return [
    ...findings.filter(({ severity }) => severity === 'Isolation'),
    ...findings.filter(({ severity }) => severity === 'Advice'),
  ];
}
