/** Why something is denied or needs a person: stable codes for audit, metrics and answers, each with what it means. */
export const REASONS = {
  ContractViolated: 'The pod does not meet the pod contract.',
  Quarantined: 'An AgentQuarantine holds what would be created.',
  AccessNotAllowed: 'The role does not allow people to reach into the running pod in this way.',
  ObjectInvalid:
    'The object breaks a rule that needs other objects, the clock or the content of a free-form field.',
  ObjectMissing: 'The request carries no object, so nothing can be evaluated.',
} as const satisfies Readonly<Record<string, string>>;

export type Reason = keyof typeof REASONS;
