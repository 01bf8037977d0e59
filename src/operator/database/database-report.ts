import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { listFirst } from '../../lib/list-first.ts';
import { shorten } from '../../lib/shorten.ts';
import { formatTime, parseTime } from '../../lib/time.ts';
import { isIsolated } from '../../policy/database/decide-logins.ts';
import { tenantRoleName } from '../../policy/database/role-names.ts';
import { isDatabaseError } from '../../postgres/database-error.ts';
import type { TenantStatusPart } from '../tenant-isolation/tenant-status.ts';
import type { DatabaseFinding, DatabaseProblem, DatabaseVerdict } from './database-isolation.ts';

export type DatabaseStatus = NonNullable<NonNullable<TenantIsolation['status']>['database']>;

/** About whom, when, and after what a report is made. */
export interface ReportContext {
  /** Of the TenantIsolation. */
  readonly uid: string;
  /** `status.database`; undefined where there is none. */
  readonly before: DatabaseStatus | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long a proof is one. */
  readonly probeMilliseconds: number;
}

/** The bounds of `status.database.findings`. */
const MAX = { findings: 64, name: 63, object: 256, statement: 1_024, listed: 8 } as const;

/** Returns what the status says where the database could not be asked, or was not. */
export function problemReport(
  { reason, message }: DatabaseProblem,
  { uid, before }: ReportContext,
): TenantStatusPart {
  const status = reason === 'Conflict' || reason === 'PlanRefused' ? 'False' : 'Unknown';
  const database = {
    roleName: tenantRoleName(uid),
    ...(before?.provenTime === undefined ? {} : { provenTime: before.provenTime }),
  };
  return {
    conditions: [{ type: 'DatabaseIsolated', status, reason, message: endSentence(message) }],
    fields: { database },
  };
}

/** Returns what the status says of a verdict. */
export function verdictReport(verdict: DatabaseVerdict, context: ReportContext): TenantStatusPart {
  const state = stateOf(verdict);
  const provenTime = provenTimeOf(verdict, state, context);
  const findings = findingsOf(verdict).slice(0, MAX.findings).map(bounded);
  const database: DatabaseStatus = {
    roleName: tenantRoleName(context.uid),
    ...(provenTime === undefined ? {} : { provenTime }),
    ...(findings.length === 0 ? {} : { findings }),
  };
  return { conditions: [{ type: 'DatabaseIsolated', ...state }], fields: { database } };
}

/** Returns what an error of the database means, which anybody may read who may read the status. Undefined for any other error. */
export function problemOfDatabase(error: unknown): DatabaseProblem | undefined {
  if (!isDatabaseError(error)) return undefined;
  const isRefusal = error.reason === 'Refused' || error.reason === 'Denied';
  return {
    reason: isRefusal ? 'AdminRefused' : 'Unreachable',
    message: `Nothing was changed that is not whole. ${error.message}`,
  };
}

function stateOf(verdict: DatabaseVerdict): Omit<ConditionState, 'type'> {
  const not = (reason: string, message: string, status: 'False' | 'Unknown' = 'False') => ({
    status,
    reason,
    message: endSentence(message),
  });
  switch (verdict.outcome) {
    case 'Proven':
      return {
        status: 'True',
        reason: 'Proven',
        message: `Attacks that were tried as a login of the tenant, and reached nothing: ${verdict.attacks}.`,
      };
    case 'NothingToTry':
      return {
        status: 'Unknown',
        reason: 'NothingToTry',
        message:
          'Nobody else has a row that could be tried. The structure was judged, and logins are issued. To have writes tried, name a canary in spec.database.canary.',
      };
    case 'Reached': {
      const { name, object } = verdict.attack;
      return not(
        'Reached',
        `No logins are issued. A login of the tenant got through with ${name} on ${object}`,
      );
    }
    case 'FindingsFound':
      return not('FindingsFound', `No logins are issued. ${describeFinding(verdict.first)}`);
    case 'AdminRefused':
    case 'Unreachable':
      return not(verdict.outcome, listProblems(verdict.problems), 'Unknown');
    case 'PlanRefused':
    case 'Conflict':
      return not(verdict.outcome, listProblems(verdict.problems));
    default:
      return verdict satisfies never;
  }
}

function listProblems(problems: readonly string[]): string {
  return listFirst(problems, MAX.listed, String, '; ');
}

function describeFinding({ name, object, statement }: DatabaseFinding): string {
  const mend = statement === undefined ? '' : `. This statement mends it: ${statement}`;
  return `The structure does not isolate: ${name} on ${object}${mend}`;
}

/** What outweighs the rest comes first, and each finding once. */
function findingsOf(verdict: DatabaseVerdict): readonly DatabaseFinding[] {
  const { findings, outcome } = verdict;
  const worst = outcome === 'Reached' ? [verdict.attack] : outcome === 'FindingsFound' ? [verdict.first] : [];
  const isWorst = (one: DatabaseFinding): boolean =>
    worst.some(({ name, object }) => name === one.name && object === one.object);
  return [...worst, ...findings.filter((one) => !isWorst(one))];
}

/** A statement that is cut would do something else: it is left out. */
function bounded({ name, object, statement }: DatabaseFinding) {
  const isWhole = statement !== undefined && statement.length <= MAX.statement;
  return {
    name: shorten(name, MAX.name),
    object: shorten(object, MAX.object),
    ...(isWhole ? { statement } : {}),
  };
}

/**
 * The time of the last proof. One that changes nothing within the time for which the last one is good keeps that time, so that an
 * operator that begins to lead writes nothing.
 */
function provenTimeOf(
  { statements }: DatabaseVerdict,
  state: Omit<ConditionState, 'type'>,
  { before, now, probeMilliseconds }: ReportContext,
): string | undefined {
  const last = before?.provenTime;
  if (!isIsolated(state)) return last;
  const isGood = last !== undefined && now - parseTime(last) < probeMilliseconds;
  return isGood && statements === 0 ? last : formatTime(now);
}
