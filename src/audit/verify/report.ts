/** What can be wrong with an audit. */
export type AuditProblemKind =
  | 'Changed'
  | 'Missing'
  | 'Reordered'
  | 'MissingEpoch'
  | 'WrongKey'
  | 'NotRegistered'
  | 'Contradicted'
  | 'Renamed'
  | 'UnprovenTail'
  | 'NothingProven';

export interface AuditProblem {
  readonly kind: AuditProblemKind;
  readonly file: string;
  /** From 1; null where it is about no line. */
  readonly line: number | null;
  readonly message: string;
}

/** How far one epoch is proven. */
export interface EpochReport {
  readonly replica: string;
  readonly epoch: string;
  readonly number: number;
  /** The last record that a signature proves; null where there is none. `time` is RFC 3339. */
  readonly completeTo: { readonly sequence: number; readonly time: string } | null;
  /** Bytes behind it. */
  readonly tailBytes: number;
  /** Whether the program ended the epoch itself. */
  readonly isEnded: boolean;
  /** Whether the operator registered the epoch; null where no list was given. */
  readonly isRegistered: boolean | null;
  /** How many records were not kept, as its records say. */
  readonly droppedRecords: number;
}

/** An intent without an outcome: the call runs, or its gateway ended before it did. */
export interface OpenIntent {
  readonly epoch: string;
  readonly sequence: number;
  readonly time: string;
  readonly callUID: string;
  readonly subject: string;
  readonly operation: string;
}

export interface VerifyReport {
  readonly files: number;
  readonly records: number;
  readonly epochs: readonly EpochReport[];
  readonly problems: readonly AuditProblem[];
  readonly openIntents: readonly OpenIntent[];
}

/** An epoch, as the operator registered it. */
export interface RegisteredEpoch {
  readonly replica: string;
  readonly epoch: string;
  readonly number: number;
  readonly publicKey: string;
  /** The newest head that was seen. */
  readonly sequence: number;
  readonly hash: string;
  /** What the gateway said later that cannot be. */
  readonly contradiction?: string | undefined;
}

/** Subject and operation of a record, for a reader. */
export function describeRecord({
  actor,
  api,
  dst_endpoint: destination,
  metadata,
}: {
  readonly actor?: { readonly user: { readonly name: string } } | undefined;
  readonly api?: { readonly operation: string } | undefined;
  readonly dst_endpoint?:
    | { readonly hostname?: string | undefined; readonly port?: number | undefined }
    | undefined;
  readonly metadata: { readonly event_code: string };
}): { readonly subject: string; readonly operation: string } {
  const host =
    destination?.hostname === undefined ? [] : [`${destination.hostname}:${destination.port ?? ''}`];
  const operation = api === undefined || api.operation === metadata.event_code ? [] : [api.operation];
  return {
    subject: actor?.user.name ?? 'unknown',
    operation: [metadata.event_code, ...operation, ...host].join(' '),
  };
}
