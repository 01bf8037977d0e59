import { request } from 'node:https';
import { GATE_PROTOCOL } from '../../../src/lib/gate-protocol.ts';

/** An agent of the demo, as its gateway knows it. */
export interface StatementAccess {
  readonly port: number;
  /** The address of its pod. */
  readonly from: string;
  readonly secret: string;
  readonly authorities: string;
}

/** What came of a statement: rows, or why there are none. */
export interface StatementAnswer {
  readonly rows: readonly (readonly unknown[])[];
  /** Null where the result is whole. */
  readonly reason: string | null;
  readonly message: string;
}

/** Runs a statement by the gateway, on a connection of its own. */
export async function askStatement(
  { port, from, secret, authorities }: StatementAccess,
  tool: string,
  query: string,
): Promise<StatementAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const body = JSON.stringify({ tool, arguments: { query } });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Authorization: `Basic ${btoa(`agent:${secret}`)}`,
  };
  const sent = request(
    {
      host: '127.0.0.1',
      port,
      localAddress: from,
      method: 'POST',
      path: '/v1/sql',
      agent: false,
      ca: authorities,
      servername: GATE_PROTOCOL.host,
      headers,
    },
    (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text)).on('error', reject);
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return read(await promise);
}

interface LastLine {
  readonly done?: object;
  readonly error?: { readonly reason: string; readonly message: string };
  readonly reason?: string;
  readonly message?: string;
}

function read(text: string): StatementAnswer {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const last = lines.at(-1) as LastLine;
  const rows = lines.filter((line) => Array.isArray(line));
  const { reason = last.reason ?? 'Unreadable', message = last.message ?? '' } = last.error ?? {};
  return last.done === undefined ? { rows, reason, message } : { rows, reason: null, message: '' };
}
