import type { DatabaseSpec } from '../../policy/database/find-tenant-conflicts.ts';
import type { DatabaseLogin, DatabasePlace } from '../../postgres/database-session.ts';
import type { Dial } from '../../postgres/open-stream.ts';

/** For whom a database is, and how. */
export interface DatabaseTenant {
  /** Name of the tenant. It never reaches the database. */
  readonly tenant: string;
  /** Of the TenantIsolation: the roles in the database are named by it. */
  readonly uid: string;
  readonly spec: DatabaseSpec;
}

/** What a database is set up for, and how it is reached. */
export interface DatabaseTask extends DatabaseTenant {
  /** All other tenants that have a database and keep what they claim, wherever it is. */
  readonly neighbours: readonly DatabaseTenant[];
  readonly place: DatabasePlace;
  /** Connects to an address of the host that is not refused. */
  readonly dial: Dial;
  readonly login: DatabaseLogin;
  /**
   * Called before something may change, when the database was read and nothing refuses the plan. What it returns ends the call. If not
   * set: nothing is asked.
   */
  readonly confirm?: () => Promise<DatabaseProblem | null>;
}

/** Why a database is not as it must be, where that is not the verdict on its structure. */
export interface DatabaseProblem {
  readonly reason: 'Conflict' | 'PlanRefused' | 'Unreachable' | 'AdminRefused' | 'NotTried';
  /** One sentence. */
  readonly message: string;
}

/** What was found on an object of the database, as the status tells it. */
export interface DatabaseFinding {
  /** Name of the lint or of the attack. */
  readonly name: string;
  readonly object: string;
  /** SQL that mends it, where a statement does. */
  readonly statement?: string | undefined;
}

/** What setting up and trying came to. `findings` are also those that are only advice. */
export type DatabaseVerdict = {
  readonly findings: readonly DatabaseFinding[];
  /** How many statements changed the database. */
  readonly statements: number;
} & (
  | { readonly outcome: 'Proven'; readonly attacks: number }
  | { readonly outcome: 'NothingToTry' }
  | { readonly outcome: 'Reached'; readonly attack: DatabaseFinding }
  | { readonly outcome: 'FindingsFound'; readonly first: DatabaseFinding }
  /** Nothing was changed, or not all. The problems are sentences without a full stop. */
  | {
      readonly outcome: 'PlanRefused' | 'Conflict' | 'AdminRefused' | 'Unreachable';
      readonly problems: readonly string[];
    }
);

/** Isolates tenants in databases. Each call rejects with a DatabaseError, or with the reason of the signal. */
export interface DatabaseIsolation {
  /** Changes what is not as it must be, judges the structure, and tries to reach what is not the tenant's. */
  readonly isolate: (task: DatabaseTask, signal: AbortSignal) => Promise<DatabaseVerdict>;
  /**
   * Takes away what was made for the tenant, and no data. Of what is not there nothing is taken, and that is no error. Returns why
   * something is still there; null where nothing is.
   */
  readonly remove: (task: DatabaseTask, signal: AbortSignal) => Promise<DatabaseProblem | null>;
}
