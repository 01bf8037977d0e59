import type { Clock } from '../lib/clock.ts';
import type { Attack } from '../policy/database/attacks/attack.ts';
import { type AttackMatrix, buildAttacks } from '../policy/database/attacks/build-attacks.ts';
import type { CatalogFacts } from '../policy/database/catalog-facts.ts';
import type { WantedIsolation } from '../policy/database/wanted-isolation.ts';
import type { DatabasePlace, DatabaseSession } from './database-session.ts';
import { openDatabase, type OpenDatabaseOptions } from './open-database.ts';
import { createProbeLogin, type RandomBytes, removeProbeLogin } from './probe-login.ts';
import { readTargets } from './read-targets.ts';
import { tryAttack } from './try-attack.ts';

/** What came of trying the isolation of a tenant. */
export type ProbeResult =
  /** There was something of others, and no attack reached it. */
  | { readonly kind: 'Proven'; readonly attacks: number }
  /** There is nothing of others. The other attacks reached nothing. */
  | { readonly kind: 'NothingToTry'; readonly attacks: number }
  /** These attacks got through. */
  | { readonly kind: 'Reached'; readonly attacks: number; readonly reached: readonly Attack[] }
  /** It could not be tried, or not in full. */
  | { readonly kind: 'Undecided'; readonly problem: string };

export interface ProbeOptions {
  /** Of the admin, to the database of the tenant. */
  readonly admin: DatabaseSession;
  readonly facts: CatalogFacts;
  readonly wanted: WantedIsolation;
  readonly place: DatabasePlace;
  readonly dial?: OpenDatabaseOptions['dial'];
  readonly clock: Clock;
  readonly random: RandomBytes;
}

const STATEMENT_MILLISECONDS = 10_000;
const LOCK_MILLISECONDS = 1000;

/**
 * Makes a login of the tenant and tries with it to reach what is of others. All that it does is rolled back, and the login is removed.
 * Rejects with a DatabaseError where the database cannot be asked.
 */
export async function probeIsolation(options: ProbeOptions): Promise<ProbeResult> {
  const { admin, facts, wanted, random } = options;
  const targets = await readTargets(admin, facts, wanted);
  const matrix = buildAttacks(facts, wanted, targets);
  const login = await createProbeLogin(admin, wanted.roles.writer, random);
  try {
    const session = await openDatabase({
      place: options.place,
      login,
      clock: options.clock,
      dial: options.dial,
      statementMilliseconds: STATEMENT_MILLISECONDS,
      lockMilliseconds: LOCK_MILLISECONDS,
      settings: { search_path: 'pg_catalog' },
    });
    try {
      return await runAttacks(session, matrix);
    } finally {
      await session.close();
    }
  } finally {
    await removeProbeLogin(admin, login);
  }
}

async function runAttacks(
  session: DatabaseSession,
  { controls, attacks, hasOthers }: AttackMatrix,
): Promise<ProbeResult> {
  const reached: Attack[] = [];
  for (const attack of attacks) {
    const outcome = await tryAttack(session, attack);
    if (outcome === 'Reached') reached.push(attack);
    if (outcome === 'Undecided')
      return {
        kind: 'Undecided',
        problem: `the attack ${attack.name} on ${attack.object} could not be tried to its end`,
      };
  }
  const count = attacks.length;
  if (reached.length > 0) return { kind: 'Reached', attacks: count, reached };
  for (const control of controls)
    if ((await tryAttack(session, control)) !== 'Reached')
      return {
        kind: 'Undecided',
        problem: `a login of the tenant cannot do what it is for (${control.name} on ${control.object}), so that what is refused to it proves nothing`,
      };
  return { kind: hasOthers ? 'Proven' : 'NothingToTry', attacks: count };
}
