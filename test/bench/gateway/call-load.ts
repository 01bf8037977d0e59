import type { Exchange } from '../load.ts';
import { type BenchCall, benchCalls } from './bench-calls.ts';
import { openSandboxClients, type SandboxClients } from './sandbox-clients.ts';

/** A server that decides about calls. */
export interface CallServer {
  /** `https://address:port` */
  readonly url: string;
  /** PEM */
  readonly authority: string;
  /** Whether it decides; the other one allows everything. */
  readonly isDeciding: boolean;
}

interface Answer {
  readonly decision: string;
  readonly reason?: string;
}

/** Opens sandboxes that ask about calls. */
export function openCallClients({ url, authority, isDeciding }: CallServer): SandboxClients {
  return openSandboxClients({
    url,
    authority,
    path: '/v1/authorize',
    exchanges: benchCalls().map((call) => exchangeOf(call, isDeciding)),
    proofOf: ({ token }) => token,
    tally: { asked: 0, refused: 0 },
  });
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
