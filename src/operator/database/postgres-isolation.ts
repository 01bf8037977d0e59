import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { CatalogFacts } from '../../policy/database/catalog-facts.ts';
import type { Refusal, RefusalReason } from '../../policy/database/isolation-plan.ts';
import { planIsolation } from '../../policy/database/plan-isolation.ts';
import { type WantedIsolation, wantedIsolation } from '../../policy/database/wanted-isolation.ts';
import { applyPlan } from '../../postgres/apply-plan.ts';
import type { DatabaseError } from '../../postgres/database-error.ts';
import type { DatabaseSession } from '../../postgres/database-session.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { type ProbeResult, probeIsolation } from '../../postgres/probe.ts';
import { readCatalog } from '../../postgres/read-catalog.ts';
import type {
  DatabaseIsolation,
  DatabaseTask,
  DatabaseTenant,
  DatabaseVerdict,
} from './database-isolation.ts';

/** Isolates tenants in PostgreSQL, each call over a connection of its own. */
export function createPostgresIsolation(clock: Clock): DatabaseIsolation {
  const use = async <T>(
    task: DatabaseTask,
    signal: AbortSignal,
    work: (session: DatabaseSession) => Promise<T>,
  ): Promise<T> => {
    const { place, dial, login } = task;
    const session = await openDatabase({ place, dial, login, clock, signal });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    isolate: (task, signal) => use(task, signal, (session) => isolate(session, task, clock)),
    remove: () => Promise.reject(new Error('not yet')),
  };
}

async function isolate(admin: DatabaseSession, task: DatabaseTask, clock: Clock): Promise<DatabaseVerdict> {
  const wanted = wantedOf(task);
  const neighbours = task.neighbours.map(wantedOf);
  const plan = planIsolation(await readCatalog(admin, wanted), wanted, neighbours);
  if (plan.refusals.length > 0) return refusalVerdict(plan.refusals);
  const { statements, failure } = await applyPlan(admin, plan);
  if (failure !== null) return failureVerdict(failure, statements);
  const facts = await readCatalog(admin, wanted);
  const { place, dial } = task;
  const probed = await probeIsolation({ admin, facts, wanted, place, dial, clock, random: randomBytes });
  return { ...judge(facts, wanted, probed), statements };
}

function wantedOf({ tenant, uid, spec }: DatabaseTenant): WantedIsolation {
  const wanted = wantedIsolation({ metadata: { name: tenant, uid }, spec: { database: spec } });
  if (wanted === null) throw new TypeError('the tenant has no database');
  return wanted;
}

/** What the reasons of refusals mean for the condition; those that are not named are about what is declared. */
const OUTCOMES: Partial<Record<RefusalReason, 'Conflict' | 'AdminRefused' | 'Unreachable'>> = {
  Conflict: 'Conflict',
  AdminLacksPrivilege: 'AdminRefused',
  ReadOnly: 'Unreachable',
};

function refusalVerdict(refusals: readonly Refusal[]): DatabaseVerdict {
  const outcomes = refusals.map(({ reason }) => OUTCOMES[reason] ?? 'PlanRefused');
  // A conflict takes logins away, so it is told before all others.
  const outcome = outcomes.includes('Conflict') ? 'Conflict' : (outcomes[0] ?? 'PlanRefused');
  const problems = refusals.map(({ object, problem }) => `${object}: ${problem}`);
  return { outcome, problems, findings: [], statements: 0 };
}

function failureVerdict(
  { object, error }: { readonly object: string; readonly error: DatabaseError },
  statements: number,
): DatabaseVerdict {
  const isRefusal = error.reason === 'Denied' || error.reason === 'Refused';
  const outcome = isRefusal ? 'AdminRefused' : 'Unreachable';
  const problems = [`${object} is not as it must be, and nothing of it was changed: ${error.message}`];
  return { outcome, problems, findings: [], statements };
}

function judge(_facts: CatalogFacts, _wanted: WantedIsolation, probed: ProbeResult): DatabaseVerdict {
  const common = { findings: [], statements: 0 };
  switch (probed.kind) {
    case 'Proven':
      return { outcome: 'Proven', attacks: probed.attacks, ...common };
    case 'NothingToTry':
      return { outcome: 'NothingToTry', ...common };
    case 'Undecided':
      return { outcome: 'Unreachable', problems: [probed.problem], ...common };
    case 'Reached': {
      const reached = probed.reached.map(({ name, object }) => ({ name, object }));
      const [attack] = reached;
      if (attack === undefined) throw new TypeError('an attack that got through has no name');
      return { outcome: 'Reached', attack, findings: reached, statements: 0 };
    }
  }
}
