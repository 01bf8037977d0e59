import type { AuditArguments, AuditRecordInput, AuditSubject } from './audit-record-input.ts';

/** `Synced`: on the disk of the replica before the call is made. `Buffered`: in bounded memory. */
export type Durability = 'Synced' | 'Buffered';

/** The record cannot be kept, so the call must not be made: it is denied with the reason `AuditUnavailable`. */
export class AuditUnavailableError extends Error {
  override readonly name = 'AuditUnavailableError';
}

/**
 * Where a gateway writes what it decided. A role that records denials alone (`spec.audit.record: Denied`) is for the caller
 * to obey: what is passed in is recorded.
 */
export interface AuditLog {
  /**
   * Writes ahead what is about to be done. Resolves when it may be done: memory and disk have room for the intent and its
   * outcome then. Rejects with `AuditUnavailableError` when it must not be done. After it resolved, call `outcome` once with
   * the same `callUID`. `sequence` is null where the record is `Buffered`: it is not written yet.
   */
  readonly intend: (
    record: AuditRecordInput,
    durability: Durability,
  ) => Promise<{ readonly sequence: number | null }>;
  /** Writes how an intended call ended. Never blocks and never throws. */
  readonly outcome: (record: AuditRecordInput) => void;
  /** Writes an event of its own, for example a denial. Identical denials of a sandbox are counted and written as one. */
  readonly record: (record: AuditRecordInput) => void;
  /** Null while records can be kept, or those of a subject; otherwise one line, for example for `/readyz`. */
  readonly problem: (subject?: AuditSubject) => string | null;
  /** Why arguments cannot be recorded so, in one line; null where they can. A call that must be recorded so must not be made. */
  readonly argumentsProblem: (recorded: AuditArguments['recorded']) => string | null;
  /** The epoch and its head, for `GET /audit/head`. No secret. */
  readonly head: () => AuditHead;
  /** Writes what is left, and ends the epoch. */
  readonly stop: () => Promise<void>;
}

/** How far the chain of one epoch of one replica has come. Hashes and keys are lower-case hexadecimal. */
export interface AuditHead {
  readonly replica: string;
  readonly epoch: string;
  /** Counts the epochs of a replica from 1. */
  readonly number: number;
  /** The Ed25519 public key, 32 bytes. */
  readonly publicKey: string;
  /** RFC 3339. */
  readonly startTime: string;
  /** The head of the epoch before, as it was found on the volume. */
  readonly previous: { readonly epoch: string; readonly sequence: number; readonly hash: string } | null;
  readonly sequence: number;
  readonly hash: string;
}
