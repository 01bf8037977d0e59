import type { IsolationPlan } from '../policy/database/isolation-plan.ts';
import { type DatabaseError, isDatabaseError } from './database-error.ts';
import type { DatabaseSession } from './database-session.ts';
import { useOwnSearchPath } from './own-search-path.ts';

/** What became of a plan. */
export interface AppliedPlan {
  /** Transactions that were committed. */
  readonly transactions: number;
  /** Statements of these. */
  readonly statements: number;
  /** The transaction that failed, of which nothing is left; null where all were committed. Those after it were not begun. */
  readonly failure: { readonly object: string; readonly error: DatabaseError } | null;
}

/**
 * Carries a plan out, one transaction after another. A failure of the database is returned; the next plan goes on from what is there.
 * Where the connection is lost during COMMIT the transaction may have been committed, which the next plan sees.
 */
export async function applyPlan(
  session: DatabaseSession,
  { transactions }: Pick<IsolationPlan, 'transactions'>,
): Promise<AppliedPlan> {
  let done = 0;
  let count = 0;
  for (const { object, statements: planned } of transactions) {
    try {
      await session.transaction(async (statements) => {
        await useOwnSearchPath(statements);
        for (const statement of planned) await statements.query(statement);
      });
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
      return { transactions: done, statements: count, failure: { object, error } };
    }
    done += 1;
    count += planned.length;
  }
  return { transactions: done, statements: count, failure: null };
}
