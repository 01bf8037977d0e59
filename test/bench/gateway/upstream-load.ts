import type { Exchange } from '../load.ts';
import { ITEMS_PATH, ITEMS_UPSTREAM, REFUSED_PATH } from './bench-upstreams.ts';
import { openSandboxClients, type SandboxClients } from './sandbox-clients.ts';
import { REFUSED_ONE_IN } from './tunnel-load.ts';
import type { Tally } from './tunnels.ts';

/** A server that passes requests on to the upstream. */
export interface UpstreamServer {
  /** `https://address:port` */
  readonly url: string;
  /** PEM */
  readonly authority: string;
  /** Whether it decides; the other one passes everything on. */
  readonly isDeciding: boolean;
  readonly tally: Tally;
}

const REQUEST_COUNT = 1_000;
const BODY_BYTES = 2_048;

/** Opens sandboxes that call the upstream with a JSON body of 2 KiB, which it sends back. Of what is decided 1 % must be refused. */
export function openUpstreamClients({ url, authority, isDeciding, tally }: UpstreamServer): SandboxClients {
  const below = `/upstreams/${ITEMS_UPSTREAM}`;
  const exchanges = Array.from({ length: REQUEST_COUNT }, (_, index): Exchange => {
    const isRefused = isDeciding && index % REFUSED_ONE_IN === REFUSED_ONE_IN - 1;
    return isRefused ? refused(index, `${below}${REFUSED_PATH}`) : answered(index);
  });
  const proofOf = ({ proxySecret }: { readonly proxySecret: string }): string => proxySecret;
  return openSandboxClients({ url, authority, path: `${below}${ITEMS_PATH}`, exchanges, proofOf, tally });
}

function answered(index: number): Exchange {
  const body = jsonBody(index);
  return {
    body,
    isRefused: false,
    findFault: (status, text) =>
      status === 200 && text === body ? null : `expected the body ${index}, got ${status} ${text}`,
  };
}

function refused(index: number, path: string): Exchange {
  return {
    body: jsonBody(index),
    path,
    isRefused: true,
    findFault: (status, text) =>
      status === 403 && text.includes('PathNotAllowed') ? null : `must be refused, got ${status} ${text}`,
  };
}

/** An order as JSON, which has 2 KiB. */
function jsonBody(index: number): string {
  const line = (number: number) => ({
    article: `article-${number}`,
    count: number + 1,
    price: 19.9,
    notes: '',
  });
  const order = {
    id: index,
    customer: `customer-${index}`,
    lines: Array.from({ length: 32 }, (_, at) => line(at)),
  };
  const missing = BODY_BYTES - JSON.stringify({ ...order, note: '' }).length;
  return JSON.stringify({ ...order, note: 'x'.repeat(missing) });
}
