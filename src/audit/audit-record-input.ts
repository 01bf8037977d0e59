/** What a record is about. */
export const AUDIT_EVENTS = [
  'ToolCall',
  'Authorize',
  'Fetch',
  'SQL',
  'Connect',
  'Upstream',
  'Request',
  'WipeCredentials',
  'Admission',
  'CredentialGiven',
  'CredentialTaken',
  'Contained',
  'Released',
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** Whom it is about, as far as it is known. Everything is null where the source could not be identified. */
export interface AuditSubject {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly podUID: string | null;
  readonly sandbox: string | null;
  readonly sandboxUID: string | null;
  readonly role: string | null;
  readonly roleHash: string | null;
  /** The address that the request came from. */
  readonly address: string | null;
  /** How it proved who it is. */
  readonly proof: 'Secret' | 'Token' | 'Shared' | null;
}

/** A subject of which nothing is known. */
export const UNKNOWN_SUBJECT: AuditSubject = Object.freeze({
  namespace: null,
  pod: null,
  podUID: null,
  sandbox: null,
  sandboxUID: null,
  role: null,
  roleHash: null,
  address: null,
  proof: null,
});

/** What was decided. */
export interface AuditDecision {
  readonly effect: 'Allow' | 'Deny' | 'Ask';
  /** A code of src/policy/reasons.ts; null where it is allowed. */
  readonly reason: string | null;
  /** Path of the rule that decided. */
  readonly rule: string | null;
  readonly level: 'Gateway' | 'Pod' | 'Cooperative' | null;
}

/** How a call ended. */
export interface AuditOutcome {
  readonly succeeded: boolean;
  /** A code: how it ended, for example `Ended`, `Cut` or `DownloadCap`. */
  readonly reason: string;
  /** The status of the upstream's response. */
  readonly status?: number;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  readonly milliseconds?: number;
  /** Of a statement: how many rows were read. */
  readonly rows?: number;
}

/**
 * The arguments of a call. The log writes what `recorded` says: nothing, their keyed hash, or their ciphertext. The value
 * itself is never written.
 */
export interface AuditArguments {
  readonly recorded: 'None' | 'Digest' | 'Full';
  readonly value: unknown;
}

/**
 * What the caller knows of one event. All texts are shortened and made well-formed, and the query and the fragment of a path
 * are dropped. No text may be a secret: there is no field for headers, bodies or credentials.
 */
export interface AuditRecordInput {
  readonly event: AuditEvent;
  /** The same in the intent and the outcome of one call, and in nothing else. */
  readonly callUID: string;
  /** The call that a redirect was followed for: its `callUID`. */
  readonly redirectOf?: string;
  readonly subject: AuditSubject;
  readonly decision: AuditDecision;
  /** The tool; for an admission the operation and kind, for example `CREATE pods`. */
  readonly operation?: string;
  readonly arguments?: AuditArguments;
  readonly destination?: { readonly host: string; readonly port: number; readonly address?: string | null };
  readonly request?: { readonly method: string; readonly path: string };
  /** What a statement of SQL does, and on which tables. Nothing else of its text is recorded but as an argument. */
  readonly statement?: { readonly operations: readonly string[]; readonly tables: readonly string[] };
  /** The object that it is about: an admitted pod, a credential, a quarantine. */
  readonly resource?: {
    readonly kind: string;
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly uid?: string | undefined;
  };
  /** The person or account that acted, for an admission. */
  readonly user?: string;
  readonly outcome?: AuditOutcome;
  /** One sentence for a reader. Not a text of the agent's. */
  readonly message?: string;
}
