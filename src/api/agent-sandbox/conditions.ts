import type { ConditionTable } from '../shape/conditions.ts';

/** What the status of a sandbox can say. */
export const sandboxConditions = {
  RoleResolved: {
    meaning: 'The role is known, exists and is allowed to the tenant.',
    reasons: {
      Resolved: 'The role was found and is recorded in status.resolvedRole.',
      RoleNotFound: 'No AgentRole has this name. It may still be created.',
      RoleNotAllowed: 'The tenant does not allow this role.',
      NoDefaultRole: 'The sandbox names no role and the tenant has no default.',
      NotEnrolled: 'The namespace belongs to no tenant.',
    },
  },
  PodReady: {
    meaning: 'The pod runs and is ready.',
    reasons: {
      Running: 'The pod is ready.',
      Starting: 'The pod was created and is not ready yet.',
      Refused: 'Admission refused the pod. The message has its words.',
      Completed: 'The task has ended.',
      Failed: 'The pod failed and is not started again.',
      Stopped: 'spec.state is Stopped.',
      LifetimeReached: 'The longest life of the sandbox is over.',
    },
  },
  CredentialsReady: {
    meaning: 'Every credential of the role is bound and can be issued.',
    reasons: {
      Ready: 'All are bound.',
      NotBound: 'The tenant binds no secret to a name. Calls that need it are denied.',
      StoreUnreachable: 'Vault cannot be reached. What is cached lives to its end.',
      NoneNeeded: 'The role has no credentials.',
    },
  },
  EgressClosed: {
    meaning: 'No policy lets the pod out but to its gateway.',
    reasons: {
      Closed: 'The union of all network policies is closed.',
      OpenedBy: 'A network policy opens it. The message names it.',
      OtherPolicyEngine: 'A policy of another kind selects the pod, and cannot be judged.',
      NotProven: 'The start gate has not reported.',
    },
  },
  Contained: {
    meaning: 'A quarantine holds the sandbox.',
    reasons: {
      Quarantined: 'It is cut off. The message names the quarantine.',
      Containing: 'Not every step is done.',
      NotContained: 'No quarantine names it.',
    },
  },
  Ready: {
    meaning: 'The agent can work.',
    reasons: {
      Ready: 'Everything above holds.',
      NotReady: 'Something above does not hold. The message names it.',
    },
  },
} as const satisfies ConditionTable;
