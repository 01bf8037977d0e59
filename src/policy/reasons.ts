/** Why something is denied or needs a person: stable codes for audit, metrics and answers, each with what it means. */
export const REASONS = {
  ContractViolated: 'The pod does not meet the pod contract.',
  Quarantined: 'An AgentQuarantine holds what would be created.',
  AccessNotAllowed: 'The role does not allow people to reach into the running pod in this way.',
  ObjectInvalid:
    'The object breaks a rule that needs other objects, the clock or the content of a free-form field.',
  ObjectMissing: 'The request carries no object, so nothing can be evaluated.',
  SourceNotAPod:
    'The source address is not that of exactly one running pod of the tenant with a network of its own.',
  PodEnding: 'The pod at the source address has ended or is being deleted.',
  NoProof: 'The request does not prove which pod sent it.',
  ProofMalformed: 'What should prove which pod sent the request is malformed or is there twice.',
  ProofWrong: 'The secret or token is not one of the pod at the source address.',
  ProofNotReviewed: 'The API server could not be asked about the token.',
  Contained: 'A quarantine or the end of its task cuts the pod off.',
  RoleWithdrawn: 'The tenant does not allow the role of the pod, or the role is gone.',
  RoleChanged: 'The role, or what the sandbox leaves of it, is not what it was when the pod was identified.',
  NotReady: 'The gateway does not know enough yet, or any more, to tell who asks.',
} as const satisfies Readonly<Record<string, string>>;

export type Reason = keyof typeof REASONS;
