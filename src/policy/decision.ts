import type { Reason } from './reasons.ts';

/** One thing that is wrong, as the rule that found it reports it. */
export interface Finding {
  /** The container's name; absent where the finding is not about a container. */
  readonly container?: string;
  /** The item of a named list, for a reader: `env "OPENAI_API_KEY"`, `volume "cache"`. */
  readonly item?: string;
  /** Path from the root of what is evaluated, for example `spec.containers[0].securityContext.privileged`. */
  readonly field: string;
  /** What the field holds, made by `show`: `not set` where it is absent. Never a secret. */
  readonly found: string;
  /** What the rule asks for, beginning with "must": `must be "None"`. */
  readonly required: string;
  /** What to do: one or two whole sentences. */
  readonly fix: string;
}

/** A finding with the rule that made it. `field` counts from the manifest's root. */
export interface Violation extends Omit<Finding, 'container'> {
  /** Name of the check, or the kind whose rule it is. */
  readonly check: string;
  /** Null where the violation is not about a container. */
  readonly container: string | null;
}

export interface Allow {
  readonly effect: 'Allow';
  /** Reasons of the exemptions without which it would be a deny. */
  readonly exemptions: readonly string[];
}

export interface Deny {
  readonly effect: 'Deny';
  readonly reason: Reason;
  /** Everything that is wrong, not only the first; empty where the reason says it all. */
  readonly violations: readonly Violation[];
}

/** Neither: a person has to confirm it first. */
export interface Ask {
  readonly effect: 'Ask';
  readonly reason: Reason;
  /** Path of the rule that asks. */
  readonly rule: string;
}

/** What every program decides with. Anything that is not `Allow` refuses. */
export type Decision = Allow | Deny | Ask;

/** Allowed with nothing to add. */
export const ALLOW: Allow = Object.freeze({ effect: 'Allow', exemptions: Object.freeze([]) });

/** Denies for violations, or allows where there are none. */
export function decide(reason: Reason, violations: readonly Violation[]): Decision {
  return violations.length === 0 ? ALLOW : { effect: 'Deny', reason, violations };
}

/** The violations of a deny; none for anything else. */
export function violationsOf(decision: Decision): readonly Violation[] {
  return decision.effect === 'Deny' ? decision.violations : [];
}
