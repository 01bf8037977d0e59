import { type Exchange, type LoadClient, openLoadClient, type Target } from '../load.ts';
import { type BenchSandbox, benchSandboxes } from './sandboxes.ts';
import type { Tally } from './tunnels.ts';

/** What all clients ask. */
export interface ClientsTarget extends Pick<Target, 'url' | 'authority' | 'path'> {
  readonly exchanges: readonly Exchange[];
  /** What a sandbox sends as its bearer token. */
  readonly proofOf: (sandbox: BenchSandbox) => string;
  readonly tally: Tally;
}

/** Sandboxes that ask in turn, each on a connection of its own. */
export interface SandboxClients {
  /** Sends so many requests as fast as they are answered, and resolves to the milliseconds of each. Every answer is checked. */
  readonly send: (count: number) => Promise<readonly number[]>;
  /** What was asked and refused since the clients were opened. */
  readonly tally: Readonly<Tally>;
  readonly close: () => Promise<void>;
}

/** So many that none comes near what the gateway lets one address do in a minute. */
export const CLIENT_COUNT = 64;
const IN_FLIGHT = 16;

export function openSandboxClients({ exchanges, proofOf, tally, ...target }: ClientsTarget): SandboxClients {
  const clients = benchSandboxes()
    .slice(0, CLIENT_COUNT)
    .map((sandbox, index): LoadClient => {
      // Each begins elsewhere, so that they do not all ask the same at once.
      const start = Math.floor((index * exchanges.length) / CLIENT_COUNT);
      const inTurn = [...exchanges.slice(start), ...exchanges.slice(0, start)];
      const from = { token: proofOf(sandbox), localAddress: sandbox.address };
      return openLoadClient({ ...target, ...from, exchanges: inTurn }, 1);
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
