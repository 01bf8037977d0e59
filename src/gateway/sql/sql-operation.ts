import type { DatabaseLogins, GivenLogin } from '../../credentials/database-logins.ts';
import type { Clock } from '../../lib/clock.ts';
import { type DatabaseTenant, findDatabase, type TenantDatabase } from '../../policy/sql/find-database.ts';
import { decideSqlCall, type SqlRequest } from '../../policy/tools/decide-sql-call.ts';
import { checkAddresses, type DecideAddresses } from '../egress/connect-to.ts';
import type { Network } from '../egress/network.ts';
import type { Caller } from '../identity/caller.ts';
import type { HeldBytes } from '../limits/byte-room.ts';
import type { Call, CallOutcome, Operation } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { callOf, describeToolCall, readOf } from '../tool-api/authorize-operation.ts';
import type { ReadToolCall } from '../tool-api/read-tool-call.ts';
import { MAX_BATCH_BYTES } from './open-session.ts';
import { dispatchStatement } from './dispatch-statement.ts';
import type { RowWriter } from './row-writer.ts';
import type { SessionPool } from './session-pool.ts';

/** What statements are run with. */
export interface SqlWorld {
  /** Logins of the sandboxes themselves. */
  readonly logins: Pick<DatabaseLogins, 'get'>;
  /** What the feed says of the tenant; null where that is not known. */
  readonly tenant: () => DatabaseTenant | null;
  readonly pool: SessionPool;
  readonly network: Network;
  /** Decides about the addresses of the database. */
  readonly decideAddresses: DecideAddresses;
  readonly clock: Clock;
}

export interface SqlServices extends SqlWorld {
  /** Writes the result to the agent. */
  readonly rows: RowWriter;
  /** What a statement holds of the memory of the gateway while it runs. */
  readonly held: HeldBytes;
}

/** What is known of a statement, as far as it is. */
export interface SqlState {
  by: Caller | null;
  request: SqlRequest | null;
  database: TenantDatabase | null;
  addresses: readonly string[];
  login: Extract<GivenLogin, { readonly login: unknown }> | null;
}

/** Runs the statement of a tool with executor `SQL`, as the sandbox itself. */
export function createSqlOperation(read: ReadToolCall, services: SqlServices): Operation {
  const state: SqlState = { by: null, request: null, database: null, addresses: [], login: null };
  return {
    event: 'SQL',
    ...readOf(read),
    authorize: (caller) => {
      state.by = caller;
      const { request = null, ...decision } = decideSqlCall(caller.policy, callOf(read), caller.narrow);
      state.request = request;
      return decision;
    },
    firstEgressBytes: () => 0,
    takeRoom: ({ podUID }) => services.held.hold(podUID, MAX_BATCH_BYTES),
    resolve: (call) => resolve(call, state, services),
    obtainCredential: (call) => obtainLogin(call, state, services),
    dispatch: (call): Promise<Refusal | CallOutcome> => dispatchStatement(call, state, services),
    describe: () => ({ ...describeToolCall(read, state.by), ...describe(state) }),
  };
}

function describe({ request, database }: SqlState): ReturnType<Operation['describe']> {
  if (request === null) return {};
  const { operations, tables } = request;
  return {
    statement: { operations, tables },
    ...(database === null ? {} : { destination: { host: database.host, port: database.port } }),
  };
}

/** Finds the database and its addresses. No login is made for one that may not be connected to. */
async function resolve(call: Call, state: SqlState, services: SqlServices): Promise<Refusal | null> {
  const tenant = services.tenant();
  if (tenant === null) return refuse('NotReady', { retrySeconds: 1 });
  const found = findDatabase(tenant);
  if ('problem' in found) return refuse('DatabaseNotIsolated', { message: found.problem });
  const { network, decideAddresses } = services;
  const checked = await checkAddresses(network, found.host, decideAddresses, call.ended.signal);
  // Its name is the tenant's and not the agent's.
  if ('refusal' in checked) return refuse(checked.refusal.reason, { message: ADDRESS_PROBLEM });
  state.database = found;
  state.addresses = checked.addresses;
  return null;
}

const ADDRESS_PROBLEM =
  'The host of the database has no address that the gateway may connect to; ask who runs the tenant.';

async function obtainLogin(call: Call, state: SqlState, services: SqlServices): Promise<Refusal | null> {
  const { caller } = call;
  const { request } = state;
  if (caller === null || request === null) throw new Error('the statement is not decided');
  const given = await services.logins.get(caller, request.rule.credential, call.ended.signal);
  if ('problem' in given) {
    const { reason, message, retrySeconds } = given.problem;
    const retry = retrySeconds === undefined ? {} : { retrySeconds };
    return refuse(reason, { message, rule: `${request.rule.rule}.credential`, ...retry });
  }
  state.login = given;
  return null;
}
