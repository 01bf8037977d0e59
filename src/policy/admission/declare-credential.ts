/** What to do instead of giving a credential to a pod. */
export const DECLARE_CREDENTIAL =
  'Declare the credential in spec.credentials of the AgentRole; the gateway attaches it to the requests of an upstream.';
