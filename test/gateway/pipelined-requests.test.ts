import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApiListener } from '../../src/gateway/api-listener.ts';
import { createResponseRoom } from '../../src/gateway/limits/byte-room.ts';
import { createProxyServer } from '../../src/gateway/proxy/proxy-server.ts';
import { createLoad } from '../../src/serve/load.ts';
import { listenLocally } from './egress/local-network.ts';
import { buildServices } from './pipeline/build-call.ts';

/** Services that never find out who calls, and what is called when one begins to look. */
function neverIdentifying() {
  const identify = vi.fn(() => new Promise(() => undefined));
  return { identify, services: buildServices({ identities: { identify, stillHolds: () => null } as never }) };
}

function apiServer(services: ReturnType<typeof buildServices>): Server {
  const limits = { maxBodyBytes: 1_000, deadlineMilliseconds: 5_000, unreadMilliseconds: 5_000 };
  const load = createLoad({ maxRequestsInFlight: 100, maxBufferedBytes: 100_000 });
  const room = createResponseRoom({ maxBytes: 1_000, maxBytesPerPod: 1_000 });
  const handlers = { keep: () => undefined, onProblem: () => undefined };
  const unused = { fetching: {} as never, sql: {} as never, credentials: {} as never };
  const tools = { services, ...unused, limits, load, room, ...handlers };
  return createServer(createApiListener({ gate: {} as never, tools, upstreams: {} as never }));
}

function proxyServer(services: ReturnType<typeof buildServices>): Server {
  const limits = { maxConnections: 10, maxHeaderBytes: 16_384, headersMilliseconds: 60_000 };
  return createProxyServer({ services, tunnels: {} as never, limits, admit: () => true });
}

const CALL = '{"tool":"a","arguments":{}}';
const ASK = `POST /v1/authorize HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${CALL.length}\r\n\r\n${CALL}`;
const GET = 'GET http://www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n';

test.for([
  ['API', apiServer, ASK],
  ['proxy', proxyServer, GET],
] as const)(
  'a client that sends request after request to the %s before the first has its answer is cut off',
  async ([, serve, request]) => {
    const { identify, services } = neverIdentifying();
    const socket = connect(await listenLocally(serve(services)), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(request);
    await vi.waitFor(() => expect(identify).toHaveBeenCalledOnce());
    socket.write(request);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // One more may be an honest mistake: the answer to the first is still sent, and is the last.
    expect(socket.readyState).toBe('open');
    socket.write(request);
    await vi.waitFor(() => expect(socket.closed).toBe(true));
    expect(identify).toHaveBeenCalledOnce();
  },
);
