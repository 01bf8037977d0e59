import type { Secret } from '../lib/secret.ts';

/** Where a database is. */
export interface DatabasePlace {
  /** A DNS name or an address. The certificate of the server has to be for it. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Certificates in PEM; null for those that Node trusts. */
  readonly authority: string | null;
}

/** Whom a session is for. */
export interface DatabaseLogin {
  readonly user: string;
  readonly password: Secret;
}

/** What a parameter of a statement may be. An array becomes an array of PostgreSQL. */
export type DatabaseValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Buffer
  | readonly DatabaseValue[];

/** The rows of a statement, whose values have the types that `pg` gives them: `bigint` and `numeric` are strings. */
export interface DatabaseResult<Row> {
  readonly rows: readonly Row[];
  /** How many rows the statement returned or changed. */
  readonly rowCount: number;
  /** The command that was run, such as `SELECT` or `CREATE`. */
  readonly command: string;
}

/** A column of a result. */
export interface DatabaseColumn {
  readonly name: string;
  /** The object identifier of its type in `pg_type`. */
  readonly type: number;
}

/** Some of the rows of a statement. The last batch of a result may have none. */
export interface DatabaseBatch {
  /** The same in each batch; none where the statement returns no rows. */
  readonly columns: readonly DatabaseColumn[];
  /** As PostgreSQL writes them. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of the last batch: what was run, and how many rows an INSERT, UPDATE, DELETE or MERGE changed. Otherwise null. */
  readonly outcome: { readonly command: string; readonly rowCount: number } | null;
}

/** Statements, one at a time: another one while one runs is a fault, and throws. Each rejects with a DatabaseError. */
export interface DatabaseStatements {
  /** Runs one statement. Its values are sent beside it and are never a part of its text. */
  readonly query: <Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly DatabaseValue[],
  ) => Promise<DatabaseResult<Row>>;
  /** Runs one statement and asks for its rows batch by batch, as they are read. There is at least one batch. `batchRows` may be asked anew for each. */
  readonly stream: (
    text: string,
    values: readonly DatabaseValue[],
    options: { readonly batchRows: number | (() => number) },
  ) => AsyncGenerator<DatabaseBatch, void, undefined>;
}

/** A connection to a database as one login. */
export interface DatabaseSession extends DatabaseStatements {
  /**
   * Runs the work in a transaction, which is rolled back where the work rejects. Where the connection is lost during COMMIT, it may have
   * been committed, and the message says so. If `readOnly` is not set: false.
   */
  readonly transaction: <T>(
    work: (statements: DatabaseStatements) => Promise<T>,
    options?: { readonly readOnly?: boolean },
  ) => Promise<T>;
  /** Ends what runs at the server too, and closes the session. What runs rejects with the reason, or with `Cancelled`. Never rejects. */
  readonly cancel: (reason?: Error) => Promise<void>;
  /** Closes the connection. Never rejects. */
  readonly close: () => Promise<void>;
  /** False once it is closed, or its connection is lost. It is not connected again. */
  readonly isOpen: boolean;
}
