import { types } from 'pg';
import Cursor from 'pg-cursor';
import type { Connection } from './connection.ts';
import type { DatabaseBatch, DatabaseResult, DatabaseStatements, DatabaseValue } from './database-session.ts';

type TypeParsers = NonNullable<Cursor.CursorQueryConfig['types']>;

// The types of `pg` know only some of the numbers.
const parserOf = types.getTypeParser as (type: number, format: 'text') => (value: string) => unknown;

const NAME_ARRAY = 1003;
const TEXT_ARRAY = 1009;

// `pg` leaves arrays of names, of which the catalogs are full, as one text.
const OBJECTS: TypeParsers = {
  getTypeParser: (type: number) => parserOf(type === NAME_ARRAY ? TEXT_ARRAY : type, 'text'),
};

const TEXTS: TypeParsers = { getTypeParser: () => (value: string) => value };

/** A cursor that does not throw in the middle of `pg` where a statement turns out to be a COPY; the connection is ended then. */
class CopylessCursor extends Cursor<(string | null)[]> {
  handleCopyInResponse(): void {
    // The listener of the connection refuses it.
  }

  handleCopyData(): void {
    // As above.
  }
}

/** Returns statements on the connection. `check` is called before each, and throws where it may not be run. */
export function statementsOn(connection: Connection, check: () => void): DatabaseStatements {
  return {
    query: async <Row extends object>(text: string, values: readonly DatabaseValue[] = []) => {
      check();
      const release = connection.claim();
      try {
        return await runQuery<Row>(connection, text, values);
      } finally {
        release();
      }
    },
    stream: async function* (text, values, { batchRows }) {
      check();
      const release = connection.claim();
      try {
        yield* readBatches(
          connection,
          new CopylessCursor(text, [...values], { rowMode: 'array', types: TEXTS }),
          batchRows,
        );
      } finally {
        release();
      }
    },
  };
}

async function runQuery<Row extends object>(
  { client, exchange }: Connection,
  text: string,
  values: readonly DatabaseValue[],
): Promise<DatabaseResult<Row>> {
  // The extended protocol takes one statement and no more, also where there are no values.
  const config = { text, values: [...values], types: OBJECTS, queryMode: 'extended' };
  const { rows, rowCount, command } = await exchange(() => client.query(config));
  return { rows: rows as Row[], rowCount: rowCount ?? 0, command };
}

async function* readBatches(
  { client, exchange }: Connection,
  cursor: Cursor<(string | null)[]>,
  batchRows: number | (() => number),
): AsyncGenerator<DatabaseBatch, void, undefined> {
  client.query(cursor);
  // Only a portal that is waiting to be read on can be closed.
  let isWaiting = false;
  try {
    do {
      isWaiting = false;
      const rows = typeof batchRows === 'number' ? batchRows : batchRows();
      const batch = await exchange(() => readBatch(cursor, rows));
      isWaiting = batch.outcome === null;
      yield batch;
    } while (isWaiting);
  } finally {
    // A connection that is lost here rejects whatever is asked of it next.
    if (isWaiting) await exchange(() => cursor.close()).catch(() => undefined);
  }
}

function readBatch(cursor: Cursor<(string | null)[]>, batchRows: number): Promise<DatabaseBatch> {
  return new Promise((resolve, reject) => {
    cursor.read(batchRows, (error, rows, result) => {
      if (error) {
        reject(error);
        return;
      }
      const { command, rowCount, fields } = result;
      const columns = fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }));
      const outcome = rows.length < batchRows ? { command, rowCount: rowCount ?? 0 } : null;
      resolve({ columns, rows, outcome });
    });
  });
}
