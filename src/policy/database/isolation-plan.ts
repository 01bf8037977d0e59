/** Statements that are run in one transaction. */
export interface PlannedTransaction {
  /** What they change, as messages name it: `schema cloister`, `table public.orders`. */
  readonly object: string;
  readonly statements: readonly string[];
}

/** Why a plan is not carried out. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** What it is about, such as `table public.orders`. */
  readonly object: string;
  /** What was found and what to do. It names no values of rows. */
  readonly problem: string;
}

export type RefusalReason =
  /** The server can change nothing: it is a replica, or read-only. */
  | 'ReadOnly'
  | 'ServerTooOld'
  /** The admin login lacks a privilege, or is not a member of an owner. */
  | 'AdminLacksPrivilege'
  /** A name that Cloister needs belongs to somebody else. */
  | 'NameTaken'
  | 'TableMissing'
  | 'TableUnusable'
  | 'ColumnMissing'
  | 'ColumnUnusable'
  | 'ValueUnusable'
  | 'SchemaMissing'
  | 'SchemaUnusable'
  | 'OwnerNotTrusted'
  | 'TrustedLoginUnusable'
  | 'CanaryUnusable'
  /** Another tenant has what is declared. */
  | 'Conflict';

/** What stops to work for somebody else when the plan is carried out. */
export interface Breakage {
  readonly object: string;
  readonly problem: string;
}

/** What is to be done for the isolation of a tenant. With a refusal there is no transaction. */
export interface IsolationPlan {
  readonly transactions: readonly PlannedTransaction[];
  readonly breakages: readonly Breakage[];
  readonly refusals: readonly Refusal[];
}
