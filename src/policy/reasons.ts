/** Why something is denied or needs a person: stable codes for audit, metrics and answers, each with what it means. */
export const REASONS = {
  ContractViolated: 'The pod does not meet the pod contract.',
  Quarantined: 'An AgentQuarantine holds what would be created.',
  AccessNotAllowed: 'The role does not allow people to reach into the running pod in this way.',
  ObjectInvalid:
    'The object breaks a rule that needs other objects, the clock or the content of a free-form field.',
  ObjectMissing: 'The request carries no object, so nothing can be evaluated.',
  ToolNotAllowed: 'The role, or what the sandbox leaves of it, has no such tool.',
  ToolNotCarried:
    'This version of the gateway does not run tools of this executor. The role may allow the call all the same.',
  RuleUnusable: 'A rule of the role cannot be used as it is written, so that it allows nothing.',
  ArgumentMissing: 'An argument that a rule of the tool is about is missing, or is not text.',
  ArgumentNotCovered: 'No rule and no schema of the tool says anything about an argument.',
  ArgumentsInvalid: 'The arguments do not fit the JSON Schema of the tool.',
  PathNotCanonical: 'A path is not written in the one form that can be compared.',
  PathNotAllowed: 'The tool may not name this path.',
  FileTooLarge: 'A file is larger than the tool may read or write.',
  URLNotCanonical: 'A URL is not one that the gateway can decide on.',
  HostNotCanonical: 'A host or its port is not written in the one form that can be compared.',
  HostNotAllowed: 'The role does not allow this host.',
  PortNotAllowed: 'The role does not allow this port of the host.',
  MethodNotAllowed: 'The capabilities of the tool do not include this method.',
  AddressNotAllowed: 'The host has an address that is not public, or that the gateway must not reach.',
  StatementNotAllowed: 'The tool may not run this SQL statement.',
  ConfirmationRequired: 'A person has to confirm the call first.',
} as const satisfies Readonly<Record<string, string>>;

export type Reason = keyof typeof REASONS;
