import type { Connection } from './connection.ts';
import { isDatabaseError } from './database-error.ts';
import type { DatabaseResult, DatabaseSession, DatabaseStatements } from './database-session.ts';
import { statementsOn } from './statements.ts';

/** Makes a session of a connection. `requestCancel` asks the server to end what runs, and never rejects. */
export function createSession(connection: Connection, requestCancel: () => Promise<void>): DatabaseSession {
  let isInTransaction = false;
  const own = statementsOn(connection, () => {
    if (isInTransaction) throw new Error('a transaction is running: use the statements that it gives');
  });
  return {
    ...own,
    transaction: async (work, { readOnly = false } = {}) => {
      await own.query(readOnly ? 'BEGIN READ ONLY' : 'BEGIN');
      isInTransaction = true;
      try {
        return await runTransaction(connection, work);
      } finally {
        isInTransaction = false;
      }
    },
    cancel: async (reason = connection.error('Cancelled', 'the statement was cancelled')) => {
      if (!connection.isOpen) return;
      const { isBusy } = connection;
      connection.endWith(reason);
      if (isBusy) await requestCancel();
      await connection.close();
    },
    close: connection.close,
    get isOpen() {
      return connection.isOpen;
    },
  };
}

async function runTransaction<T>(
  connection: Connection,
  work: (statements: DatabaseStatements) => Promise<T>,
): Promise<T> {
  let hasEnded = false;
  const statements = statementsOn(connection, () => {
    if (hasEnded) throw new Error('the transaction has ended');
    requireTransaction(connection);
  });
  let result: T;
  try {
    result = await work(statements);
  } catch (error) {
    hasEnded = true;
    await rollBack(connection);
    throw error;
  }
  hasEnded = true;
  await commit(connection);
  return result;
}

/** What follows the end of a transaction would be outside of it, and no longer read-only. */
function requireTransaction(connection: Connection): void {
  if (connection.client.getTransactionStatus() !== 'I') return;
  const error = connection.error('Invalid', 'a statement has ended the transaction that it was a part of');
  connection.fail(error);
  throw error;
}

async function rollBack(connection: Connection): Promise<void> {
  if (!connection.isOpen) return;
  try {
    await statementsOn(connection, () => undefined).query('ROLLBACK');
  } catch (error) {
    // Something is left running, or the server does not obey: what the session would do next is not known.
    connection.fail(error instanceof Error ? error : new Error('the transaction was not rolled back'));
  }
}

async function commit(connection: Connection): Promise<void> {
  requireTransaction(connection);
  const { command } = await sendCommit(connection);
  if (command === 'COMMIT') return;
  throw connection.error('Invalid', 'a statement of the transaction failed, so that it was rolled back');
}

async function sendCommit(connection: Connection): Promise<DatabaseResult<object>> {
  try {
    return await statementsOn(connection, () => undefined).query('COMMIT');
  } catch (error) {
    if (!isDatabaseError(error, 'Unreachable')) throw error;
    throw connection.error(
      'Unreachable',
      'the connection was lost while the transaction was being committed: it may have been committed',
    );
  }
}
