import type { AttackName } from './attack-meanings.ts';

/** A statement of an attack. Values are sent beside it. */
export interface AttackStatement {
  readonly text: string;
  readonly values?: readonly string[];
}

/** Something that a login tries. It is tried in a transaction of its own, which is rolled back. */
export interface Trial {
  /** Stable, in upper camel case. */
  readonly name: string;
  /** What it is tried on, such as `table public.orders`. */
  readonly object: string;
  /** What an agent would run before. One that is refused refuses the attack. */
  readonly setup: readonly AttackStatement[];
  readonly trial: AttackStatement;
  readonly reach: Reach;
}

/** Something that a login of a tenant must not be able to do. */
export interface Attack extends Trial {
  readonly name: AttackName;
}

/** What shows that an attack got through. */
export type Reach =
  /** The statement returns a row with `reached` true. */
  | 'Row'
  /** It is not refused. */
  | 'Success'
  /** It changes a row. */
  | 'Change'
  /** It is not refused, or by nothing but a constraint, of which PostgreSQL checks none before privileges and row security. */
  | 'Insert'
  /** It divides by zero, which it does for the rows of others only. */
  | 'Division';

/** How the server responded to an attack. */
export type AttackResponse =
  | { readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly rowCount: number }
  | { readonly sqlState: string };

export type AttackOutcome = 'Reached' | 'Refused' | 'Undecided';

/** Classes of SQLSTATE that say something of the server and nothing of the attack: connections, resources, shutdown, deadlocks. */
const TROUBLE: ReadonlySet<string> = new Set(['08', '25', '40', '53', '54', '55', '57', '58', 'F0', 'XX']);

const DIVISION_BY_ZERO = '22012';

/** Class of SQLSTATE for constraints. */
const CONSTRAINT = '23';

/** Decides what the response of the server to the last statement of an attack means. */
export function judgeAttack({ reach }: Pick<Trial, 'reach'>, response: AttackResponse): AttackOutcome {
  if ('sqlState' in response) {
    const { sqlState } = response;
    if (TROUBLE.has(sqlState.slice(0, 2))) return 'Undecided';
    if (reach === 'Division') return sqlState === DIVISION_BY_ZERO ? 'Reached' : 'Refused';
    return reach === 'Insert' && sqlState.startsWith(CONSTRAINT) ? 'Reached' : 'Refused';
  }
  if (reach === 'Row') return response.rows.some(({ reached }) => reached === true) ? 'Reached' : 'Refused';
  if (reach === 'Change') return response.rowCount > 0 ? 'Reached' : 'Refused';
  return reach === 'Division' ? 'Refused' : 'Reached';
}
