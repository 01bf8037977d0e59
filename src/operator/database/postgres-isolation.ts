import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Refusal, RefusalReason } from '../../policy/database/isolation-plan.ts';
import { type Finding, findStructure } from '../../policy/database/lints/index.ts';
import { planIsolation } from '../../policy/database/plan-isolation.ts';
import { planUnenrolment } from '../../policy/database/plan-unenrolment.ts';
import { isAtPlace, type WantedIsolation, wantedIsolation } from '../../policy/database/wanted-isolation.ts';
import { type AppliedPlan, applyPlan } from '../../postgres/apply-plan.ts';
import type { DatabaseSession } from '../../postgres/database-session.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { type ProbeResult, probeIsolation } from '../../postgres/probe.ts';
import { readCatalog } from '../../postgres/read-catalog.ts';
import type {
  DatabaseFinding,
  DatabaseIsolation,
  DatabaseProblem,
  DatabaseTask,
  DatabaseTenant,
  DatabaseVerdict,
} from './database-isolation.ts';

/** Isolates tenants in PostgreSQL, each call over a connection of its own. */
export function createPostgresIsolation(clock: Clock): DatabaseIsolation {
  const inTurn = createTurns();
  const use = <T>(
    task: DatabaseTask,
    signal: AbortSignal,
    work: (session: DatabaseSession) => Promise<T>,
  ): Promise<T> => {
    const { place, dial, login } = task;
    return inTurn(`${place.host}:${place.port}`, async () => {
      const session = await openDatabase({ place, dial, login, clock, signal });
      try {
        return await work(session);
      } finally {
        await session.close();
      }
    });
  };
  return {
    isolate: (task, signal) => use(task, signal, (session) => isolate(session, task, clock)),
    remove: (task, signal) => use(task, signal, (session) => remove(session, task)),
  };
}

/** Two tenants of one server change the same rows of its catalog, which PostgreSQL refuses one of them at the same time. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(server: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(server) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(server, mine);
    try {
      return await mine;
    } finally {
      if (last.get(server) === mine) last.delete(server);
    }
  };
}

async function isolate(admin: DatabaseSession, task: DatabaseTask, clock: Clock): Promise<DatabaseVerdict> {
  const wanted = wantedOf(task);
  const plan = planIsolation(await readCatalog(admin, wanted), wanted, task.neighbours.map(wantedOf));
  if (plan.refusals.length > 0) return refusalVerdict(plan.refusals);
  const unconfirmed = (await task.confirm?.()) ?? null;
  if (unconfirmed !== null) return problemVerdict(unconfirmed);
  const { statements, failure } = await applyPlan(admin, plan);
  if (failure !== null) return { ...problemVerdict(describeFailure(failure)), statements };
  const facts = await readCatalog(admin, wanted);
  const { place, dial } = task;
  const probed = await probeIsolation({ admin, facts, wanted, place, dial, clock, random: randomBytes });
  return { ...judge(findStructure(facts, wanted), probed), statements };
}

async function remove(admin: DatabaseSession, task: DatabaseTask): Promise<DatabaseProblem | null> {
  const wanted = wantedOf(task);
  const sharers = task.neighbours.map(wantedOf).filter((one) => isAtPlace(one, wanted));
  const transactions = planUnenrolment(await readCatalog(admin, wanted), wanted.roles, sharers);
  const { failure } = await applyPlan(admin, { transactions });
  return failure === null ? null : describeFailure(failure);
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

/** A conflict takes logins away. What the login may not see may look as if it were declared wrongly. */
const PRECEDENCE = ['Conflict', 'AdminRefused', 'Unreachable'] as const;

function refusalVerdict(refusals: readonly Refusal[]): DatabaseVerdict {
  const outcomes = new Set(refusals.map(({ reason }) => OUTCOMES[reason]));
  const outcome = PRECEDENCE.find((one) => outcomes.has(one)) ?? 'PlanRefused';
  const problems = refusals.map(({ object, problem }) => `${object}: ${problem}`);
  return { outcome, problems, findings: [], statements: 0 };
}

function problemVerdict({ reason, message }: DatabaseProblem): DatabaseVerdict {
  const outcome = reason === 'NotTried' ? 'PlanRefused' : reason;
  return { outcome, problems: [message], findings: [], statements: 0 };
}

function describeFailure({ object, error }: NonNullable<AppliedPlan['failure']>) {
  const isRefusal = error.reason === 'Denied' || error.reason === 'Refused';
  return {
    reason: isRefusal ? ('AdminRefused' as const) : ('Unreachable' as const),
    message: `${object} is not as it must be, and nothing of it was changed: ${error.message}`,
  };
}

/** An attack that got through outweighs what the structure lacks, and that outweighs a proof. */
function judge(structure: readonly Finding[], probed: ProbeResult): DatabaseVerdict {
  const common = { findings: structure.map(findingOf), statements: 0 };
  if (probed.kind === 'Reached') {
    const [attack, ...others] = probed.reached.map(({ name, object }) => ({ name, object }));
    if (attack === undefined) throw new TypeError('no attack got through');
    return { outcome: 'Reached', attack, ...common, findings: [...others, ...common.findings] };
  }
  const worst = structure.find(({ severity }) => severity === 'Isolation');
  if (worst !== undefined) return { outcome: 'FindingsFound', first: findingOf(worst), ...common };
  if (probed.kind === 'Proven') return { outcome: 'Proven', attacks: probed.attacks, ...common };
  if (probed.kind === 'NothingToTry') return { outcome: 'NothingToTry', ...common };
  return { outcome: 'Unreachable', problems: [probed.problem], ...common };
}

function findingOf({ name, object, statement }: Finding): DatabaseFinding {
  return { name, object, statement };
}
