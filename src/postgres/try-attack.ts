import { type AttackOutcome, judgeAttack, type Trial } from '../policy/database/attacks/attack.ts';
import { isDatabaseError } from './database-error.ts';
import type { DatabaseSession } from './database-session.ts';

/** What an attack did is thrown away with its transaction. */
class RolledBack extends Error {}

/** Tries one attack in the session, and rolls back what it did. Rejects with a DatabaseError where the connection is lost. */
export async function tryAttack(session: DatabaseSession, attack: Trial): Promise<AttackOutcome> {
  const { setup, trial } = attack;
  let isTrial = false;
  let outcome: AttackOutcome = 'Undecided';
  try {
    await session.transaction(async ({ query }) => {
      for (const { text, values } of setup) await query(text, values);
      isTrial = true;
      outcome = judgeAttack(attack, await query(trial.text, trial.values));
      throw new RolledBack();
    });
  } catch (error) {
    if (error instanceof RolledBack) return outcome;
    if (!isDatabaseError(error) || !session.isOpen) throw error;
    const { sqlState } = error;
    if (sqlState === undefined) return 'Undecided';
    return judgeAttack(isTrial ? attack : { reach: 'Success' }, { sqlState });
  }
  return outcome;
}
