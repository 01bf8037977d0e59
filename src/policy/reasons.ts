/** Why something is denied or needs a person: stable codes for audit, metrics and answers, each with what it means. */
export const REASONS = {
  ContractViolated: 'The pod does not meet the pod contract.',
  Quarantined: 'An AgentQuarantine holds what would be created.',
  AccessNotAllowed: 'The role does not allow people to reach into the running pod in this way.',
  ObjectInvalid:
    'The object breaks a rule that needs other objects, the clock or the content of a free-form field.',
  ObjectMissing: 'The request carries no object, so nothing can be evaluated.',
  NameNotResolved: 'The DNS knows no address of the host, or did not answer in time.',
  DestinationUnreachable: 'No address of the host took the connection in time.',
  HelloRefused:
    'The tunnel did not begin in time with a TLS ClientHello that names the host of the CONNECT request.',
  EncryptedClientHello:
    'The ClientHello has a part that only the destination can read, and the role does not tolerate that for this host.',
  TLSNotEstablished: 'The destination did not prove with a certificate that it is the host.',
  RequestHeaderNotAllowed: 'The request has a header that the gateway does not send.',
  RedirectNotAllowed:
    'The destination redirects to what is not HTTPS, is not listed, cannot be read, or is one redirect too many.',
  ResponseTooLarge: 'The response is larger than the tool may read, before or after it is decompressed.',
  ResponseBroken:
    'The response is not HTTP, ended before it was whole, has far more around its body than one needs, or cannot be decompressed.',
  ResponseTimedOut: 'The destination did not answer, or did not finish its answer, in time.',
  ResponseEncoded:
    'The response is compressed although that was not asked for, so the gateway cannot look for the credential in it.',
  SecretInResponse:
    'The response held the credential that was attached to the request, and was cut off before it.',
  CallCut: 'The call was ended while it ran.',
  TunnelLimitReached: 'The connection has reached a limit of bytes or time that the role sets for its host.',
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
  ToolNotAllowed: 'The role, or what the sandbox leaves of it, has no such tool.',
  ToolNotCarried:
    'The gateway does not run tools of this executor here, or not in this version. The role may allow the call all the same.',
  ServiceNotKnown: 'The operator has told no address of the Service that the upstream is.',
  UpstreamNotAllowed: 'The role has no such upstream.',
  UpstreamNotCarried:
    'The request does not speak the protocol of the upstream, or this version of the gateway does not.',
  WebSocketNotEstablished: 'The upstream did not begin the WebSocket that it was asked for.',
  RuleUnusable: 'A rule of the role cannot be used as it is written, so that it allows nothing.',
  ArgumentMissing: 'An argument that a rule of the tool is about is missing, or is not text.',
  ArgumentNotCovered: 'No rule and no schema of the tool says anything about an argument.',
  ArgumentsInvalid: 'The arguments do not fit the JSON Schema of the tool.',
  PathNotCanonical: 'A path is not written in the one form that can be compared.',
  PathNotAllowed: 'The tool may not name this path, or the upstream may not be asked for it.',
  FileTooLarge: 'A file is larger than the tool may read or write.',
  URLNotCanonical: 'A URL is not one that the gateway can decide on.',
  HostNotCanonical: 'A host or its port is not written in the one form that can be compared.',
  HostNotAllowed: 'The role does not allow this host.',
  PortNotAllowed: 'The role does not allow this port of the host.',
  MethodNotAllowed:
    'The capabilities of the tool, or the methods of the upstream, do not include this method.',
  AddressNotAllowed: 'The host has an address that is not public, or that the gateway must not reach.',
  StatementNotAllowed: 'The tool may not run this SQL statement.',
  ParametersInvalid: 'The parameters are not values that the SQL statement can be run with.',
  StatementFailed: 'The database has refused the SQL statement, and nothing of it was kept.',
  StatementTimedOut: 'The SQL statement did not end within the time of the tool, and nothing of it was kept.',
  TooManyRows: 'The result has more rows than the tool may read, and nothing of the SQL statement was kept.',
  CommitUnknown:
    'The connection was lost while the transaction was being committed: the SQL statement may or may not have been kept.',
  DatabaseNotIsolated:
    'The tenant has no database, or it is not proven that its rows are apart from those of other tenants.',
  DatabaseUnreachable:
    'The database cannot be connected to, does not prove who it is, or has no connection left.',
  NoDynamicLogins:
    'The tenant has no Vault, or the gateway is not told where it is: nothing else makes logins of a database for one sandbox.',
  ModelNotAllowed: 'The role does not allow this model.',
  HostedToolNotAllowed: 'The role does not list this tool, which the vendor of the model runs.',
  RemoteURLNotAllowed:
    'The request names a URL where its content is expected. The vendor of the model would fetch it.',
  OutputTokensNotAllowed: 'The request asks for more output tokens than the role allows in one response.',
  ModelRequestNotAllowed:
    'The request for a model has a field, or a value, that the gateway does not decide on.',
  ConfirmationRequired: 'A person has to confirm the call first.',
  RequestTooLarge: 'The body is larger than one that is decided about may be.',
  RequestMalformed: 'The request can be read in more than one way, or is not one that the gateway serves.',
  HTTPSOnly: 'The proxy carries nothing but CONNECT: plain HTTP can be read and changed on its way.',
  AddressRateReached: 'The source address has made more requests than one address may.',
  RateReached: 'The sandbox has called as often as the role allows in a minute.',
  TenantRateReached: 'The tenant has called as often as its limits allow in a minute.',
  TooManyCalls: 'The sandbox has as many calls and connections open as one may.',
  ResponseBytesReached: 'The sandbox has as many bytes of responses open as one may.',
  RequestBytesReached: 'The sandbox has as many bytes of bodies of requests open as one may.',
  Overloaded: 'The gateway holds as many bytes of requests or responses as it has room for.',
  BudgetUsedUp: 'What may be used in a day is used up.',
  CredentialNotBound:
    'The tenant does not bind the credential of the role to a secret that the gateway can attach.',
  CredentialsWithheld: 'The caller is not a pod of a sandbox, proved as such, and no other gets credentials.',
  CredentialNotReady: 'The identity by which the sandbox gets its credentials is not there yet, or any more.',
  CredentialStoreUnavailable:
    'The store of the credential does not answer, and what was kept of it has ended.',
  CredentialDenied: 'The store of the credential does not let the sandbox or the gateway read it.',
  CredentialMissing: 'The store of the credential has no such secret, or the secret has no such key.',
  CredentialUnusable: 'The secret of the credential has a value or a ttl that cannot be used.',
  AuditUnavailable: 'The call cannot be recorded, so it is not made.',
  Draining: 'This replica of the gateway is shutting down.',
  Fault: 'The gateway failed, and refuses what it could not decide.',
} as const satisfies Readonly<Record<string, string>>;

export type Reason = keyof typeof REASONS;
