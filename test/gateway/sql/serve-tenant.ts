import { createServer, type IncomingMessage, request as sendRequest, type Server } from 'node:http';
import type { Client } from 'pg';
import { createSystemNetwork } from '../../../src/gateway/egress/system-network.ts';
import type { Network } from '../../../src/gateway/egress/network.ts';
import { type ByteRoom, createResponseRoom } from '../../../src/gateway/limits/byte-room.ts';
import { createSqlWorld, type OpenSqlWorld } from '../../../src/gateway/sql/create-sql-world.ts';
import type { DatabaseLogins } from '../../../src/credentials/database-logins.ts';
import type { WantedSession } from '../../../src/gateway/sql/session-pool.ts';
import { handleToolRequest } from '../../../src/gateway/tool-api/handle-tool-request.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { decideServiceAddresses } from '../../../src/policy/egress/decide-service-addresses.ts';
import type { DatabaseTenant } from '../../../src/policy/sql/find-database.ts';
import { closeNow, listenOn } from '../../../src/serve/listen.ts';
import { createLoad } from '../../../src/serve/load.ts';
import type { StartedPostgres } from '../../testbed/postgres/start-postgres.ts';
import { type BuiltServices, buildServices, CALLER } from '../pipeline/build-call.ts';
import { makeLogin, type TenantName } from './tenant-rows.ts';

/** What the gateway of a tenant answered. */
export interface StatementAnswer {
  readonly status: number;
  /** The lines of a result; the one object of any other answer. */
  readonly lines: readonly unknown[];
}

/** What is asked beside the statement: a tool, `read` where none is named, and the values of parameters. */
export interface Asked {
  readonly tool?: string;
  readonly values?: unknown;
}

/** What is told to the gateway of a tenant, and where the address of the database leads. */
export interface Told {
  tenant: DatabaseTenant;
  address: string;
  port: number;
}

/** The gateway of one tenant, in this process, and a sandbox that asks it. */
export interface TenantGateway {
  readonly ask: (query: string, asked?: Asked) => Promise<StatementAnswer>;
  /** Sends a request, and gives the answer as it comes. */
  readonly open: (query: string, asked?: Asked) => Promise<IncomingMessage>;
  /** Ends every connection of clients. */
  readonly hangUp: () => void;
  /** Takes the login away from the gateway, which gets another one for the next call. */
  readonly endLogin: () => void;
  /** The user of the login that was given last; an empty text where none was. */
  readonly user: () => string;
  readonly told: Told;
  readonly world: OpenSqlWorld;
  readonly room: ByteRoom;
  readonly services: BuiltServices;
  /** Bytes that came from the database. */
  readonly received: () => number;
  readonly stop: () => Promise<void>;
}

export interface ServedTenant {
  readonly tenant: TenantName;
  readonly postgres: StartedPostgres;
  readonly admin: Client;
  readonly policy: (typeof CALLER)['policy'];
}

const HOST = 'database.example.com';
const ADDRESS = '10.0.0.7';
const MEBIBYTE = 1_048_576;

/** What the gateway is told of a tenant whose isolation is proven. */
export function toldOf(tenant: TenantName, { authority, port }: StartedPostgres): Told {
  const database: DatabaseTenant['database'] = {
    strategy: 'RowLevel',
    connection: {
      host: HOST,
      port: 5432,
      database: 'warehouse',
      caBundle: Buffer.from(authority).toString('base64'),
      adminCredential: 'admin',
    },
    tenantColumn: 'tenant_id',
    tenantValue: tenant,
    tables: ['analytics.orders'],
    trustedLogins: [],
  };
  return { tenant: { database, databaseLogins: 'Issued' }, address: ADDRESS, port };
}

/** Serves `/v1/sql` on a port of its own. */
export async function serveTenant(served: ServedTenant): Promise<TenantGateway> {
  const { tenant, postgres, policy } = served;
  const told = toldOf(tenant, postgres);
  const sockets: { readonly bytesRead: number }[] = [];
  const logins = giveLogins(served);
  const world = createSqlWorld({
    logins,
    tenant: () => told.tenant,
    network: networkOf(told, sockets),
    decideAddresses: (addresses) => decideServiceAddresses(addresses, []),
    clock: systemClock,
  });
  const caller = { ...CALLER, policy, podUID: `pod-of-${tenant}` };
  const identities = { identify: () => Promise.resolve({ caller }), stillHolds: () => null };
  const services = buildServices({ identities: identities as never });
  const room = createResponseRoom({ maxBytes: 64 * MEBIBYTE, maxBytesPerPod: 32 * MEBIBYTE });
  const server = createApi(world, services, room);
  const port = await listenOn(server, 0, '127.0.0.1');
  const open = (query: string, asked: Asked = {}): Promise<IncomingMessage> => send(port, query, asked);
  return {
    open,
    ask: async (query, asked) => readAnswer(await open(query, asked)),
    hangUp: () => server.closeAllConnections(),
    endLogin: logins.end,
    user: logins.user,
    told,
    world,
    room,
    services,
    received: () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    stop: async () => {
      server.closeAllConnections();
      await Promise.all([closeNow(server), world.close()]);
    },
  };
}

function createApi(sql: OpenSqlWorld, services: BuiltServices, room: ByteRoom): Server {
  const options = {
    services,
    sql,
    room,
    fetching: undefined as never,
    credentials: { wipe: () => 0 },
    limits: { maxBodyBytes: 65_536, deadlineMilliseconds: 5_000, unreadMilliseconds: 30_000 },
    load: createLoad({ maxRequestsInFlight: 64, maxBufferedBytes: MEBIBYTE }),
    keep: () => undefined,
    onProblem: () => undefined,
  };
  return createServer((request, response) => void handleToolRequest(options, 'SQL', request, response));
}

function networkOf(told: Told, sockets: { readonly bytesRead: number }[]): Network {
  const system = createSystemNetwork();
  return {
    resolve: () => Promise.resolve([told.address]),
    dial: async (_address, _port, signal) => {
      const socket = await system.dial('127.0.0.1', told.port, signal);
      sockets.push(socket);
      return socket;
    },
  };
}

/** Logins that are made by SQL, as Vault would make them. */
function giveLogins({ admin, tenant }: ServedTenant) {
  let given: (Omit<WantedSession, 'open'> & { readonly ending: AbortController }) | null = null;
  const give: DatabaseLogins['get'] = async () => {
    if (given !== null && !given.ended.aborted) return given;
    const { user, password } = await makeLogin(admin, tenant);
    const ending = new AbortController();
    given = { login: { user, password: new Secret(password) }, ended: ending.signal, ending };
    return given;
  };
  return {
    get: give,
    user: () => given?.login.user ?? '',
    end: () => given?.ending.abort(new Error('the login has ended')),
  };
}

function send(port: number, query: string, { tool = 'read', values }: Asked): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { 'Content-Type': 'application/json' };
  const sent = sendRequest(
    { host: '127.0.0.1', port, method: 'POST', path: '/v1/sql', agent: false, headers },
    resolve,
  );
  sent.on('error', reject);
  sent.end(JSON.stringify({ tool, arguments: values === undefined ? { query } : { query, values } }));
  return promise;
}

async function readAnswer(response: IncomingMessage): Promise<StatementAnswer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  const lines = text.split('\n').filter((line) => line !== '');
  return {
    status: response.statusCode ?? 0,
    lines: lines.map((line) => JSON.parse(line) as unknown),
  };
}
