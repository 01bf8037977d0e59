import { type Exchange, type LoadClient, openLoadClient } from '../load.ts';
import { type BenchCall, benchCalls } from './bench-calls.ts';
import { benchSandboxes } from './sandboxes.ts';

/** A server that decides about calls. */
export interface CallServer {
  /** `https://address:port` */
  readonly url: string;
  /** PEM */
  readonly authority: string;
  /** Whether it decides; the other one allows everything. */
  readonly isDeciding: boolean;
}

/** Sandboxes that ask in turn, each on a connection of its own. */
export interface CallClients {
  /** Sends so many calls as fast as they are answered, and resolves to the milliseconds of each. Every answer is checked. */
  readonly send: (count: number) => Promise<readonly number[]>;
  /** Calls sent and refused since the clients were opened. */
  readonly tally: { readonly asked: number; readonly refused: number };
  readonly close: () => Promise<void>;
}

/** So many that none comes near what the gateway lets one address do in a minute. */
const CLIENT_COUNT = 64;
const IN_FLIGHT = 16;

interface Answer {
  readonly decision: string;
  readonly reason?: string;
}

export function openCallClients({ url, authority, isDeciding }: CallServer): CallClients {
  const exchanges = benchCalls().map((call) => exchangeOf(call, isDeciding));
  const tally = { asked: 0, refused: 0 };
  const clients = benchSandboxes()
    .slice(0, CLIENT_COUNT)
    .map(({ address, token }, index): LoadClient => {
      // Each begins elsewhere, so that they do not all call the same tool at once.
      const start = Math.floor((index * exchanges.length) / CLIENT_COUNT);
      const inTurn = [...exchanges.slice(start), ...exchanges.slice(0, start)];
      const target = { url, authority, path: '/v1/authorize', token, exchanges: inTurn };
      return openLoadClient({ ...target, localAddress: address }, 1);
    });
  return {
    tally,
    send: async (count) => {
      const milliseconds: number[] = [];
      let left = count;
      const sendInTurn = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const client = clients[tally.asked++ % clients.length];
          if (client === undefined) throw new Error('nobody asks');
          const sent = await client.send();
          if (sent.isRefused) tally.refused += 1;
          milliseconds.push(sent.milliseconds);
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, sendInTurn));
      return milliseconds;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function exchangeOf({ tool, arguments: args, refusedFor }: BenchCall, isDeciding: boolean): Exchange {
  const expected = isDeciding ? refusedFor : null;
  return {
    body: JSON.stringify({ tool, arguments: args }),
    isRefused: expected !== null,
    findFault: (status, text) => {
      const answer = JSON.parse(text) as Answer;
      const isExpected =
        status === 200 &&
        answer.decision === (expected === null ? 'Allow' : 'Deny') &&
        (answer.reason ?? null) === expected;
      return isExpected ? null : `${tool}: expected ${expected ?? 'Allow'}, got ${status} ${text}`;
    },
  };
}
