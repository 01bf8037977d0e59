import { kinds } from '../../api/kinds.ts';
import { CHECKS } from '../../policy/admission/checks/index.ts';

/** A `reportingDescriptor` of SARIF 2.1.0, with what GitHub code scanning asks of one. */
export interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly defaultConfiguration: { readonly level: 'error' };
  readonly properties: { readonly tags: readonly string[]; readonly precision: 'very-high' };
}

/** The rule of manifests that cannot be reviewed. */
export const UNREADABLE = 'unreadable';

/** One rule for each check, for the rules of each Cloister kind, and for what cannot be read. */
export const SARIF_RULES: readonly SarifRule[] = [
  ...CHECKS.map(({ name, summary, rationale, fields }) =>
    rule(name, summary, { why: rationale, more: `Reads ${fields.join(', ')}.` }),
  ),
  ...kinds.map(({ kind }) =>
    rule(kind, `An object of the kind ${kind} meets the rules that its schema cannot express.`, {
      why: 'The webhook refuses one that does not.',
      more: 'They depend on other objects, on the clock, and on the content of free-form fields.',
    }),
  ),
  rule(UNREADABLE, 'A manifest can be read as kubectl reads it.', {
    why: 'Nothing is known of a manifest that cannot be read.',
    more: 'The message says what was found.',
  }),
];

const POSITIONS = new Map(SARIF_RULES.map(({ id }, index) => [id, index]));

/** Returns the position of a rule in the list. */
export function ruleIndexOf(id: string): number {
  return POSITIONS.get(id) ?? -1;
}

function rule(
  id: string,
  summary: string,
  { why, more }: { readonly why: string; readonly more: string },
): SarifRule {
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: why },
    help: { text: `${summary} ${why} ${more}`, markdown: `**${summary}**\n\n${why}\n\n${more}\n` },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['security', 'kubernetes'], precision: 'very-high' },
  };
}
