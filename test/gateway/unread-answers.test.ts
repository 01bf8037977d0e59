import { once } from 'node:events';
import { createServer } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { onTestFinished, expect, test, vi } from 'vitest';
import { createResponseRoom, type ByteRoomOptions } from '../../src/gateway/limits/byte-room.ts';
import { handleToolRequest } from '../../src/gateway/tool-api/handle-tool-request.ts';
import { ALLOW } from '../../src/policy/decision.ts';
import { createLoad } from '../../src/serve/load.ts';
import { serveFetches } from './egress/fetch-locally.ts';
import { listenLocally } from './egress/local-network.ts';
import { FETCH_POLICY } from './fetch-policy.ts';
import { buildServices, CALLER } from './pipeline/build-call.ts';

const MEBIBYTE = 1_024 * 1_024;
/** More than the sockets of the system take for a client that reads nothing. */
const LARGE = 24 * MEBIBYTE;
const LIMITS = { maxBodyBytes: 4_096, deadlineMilliseconds: 5_000, unreadMilliseconds: 60_000 };

interface Served {
  /** Sends a fetch of so many bytes from a pod, and reads nothing. */
  readonly ask: (bytes: number, podUID?: string) => Promise<Socket>;
  readonly load: ReturnType<typeof createLoad>;
  readonly room: ReturnType<typeof createResponseRoom>;
}

/** The handler behind a server, and a host that answers with as many bytes as it is asked for. */
async function serveCalls(limits: ByteRoomOptions, changes: Partial<typeof LIMITS> = {}): Promise<Served> {
  const world = await serveFetches((request, response) =>
    response.end(Buffer.alloc(Number(request.url?.slice(1)), 'x')),
  );
  const load = createLoad({ maxRequestsInFlight: 8, maxBufferedBytes: MEBIBYTE });
  const room = createResponseRoom(limits);
  let podUID = '';
  const services = buildServices({
    identities: {
      identify: () => Promise.resolve({ caller: { ...CALLER, policy: FETCH_POLICY, podUID } }),
      stillHolds: () => null,
    } as never,
  });
  const options = {
    services,
    fetching: { network: world.network, decideAddresses: () => ALLOW, secureContext: world.trusted },
    sql: undefined as never,
    credentials: { wipe: () => 0 },
    limits: { ...LIMITS, ...changes },
    room,
    load,
    keep: () => undefined,
    onProblem: () => undefined,
  };
  const port = await listenLocally(
    createServer((request, response) => void handleToolRequest(options, 'Fetch', request, response)),
  );
  const ask = async (bytes: number, from = 'pod-uid'): Promise<Socket> => {
    podUID = from;
    const socket = createConnection(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    const body = JSON.stringify({ tool: 'search', arguments: { url: `https://api.example.com/${bytes}` } });
    socket.write(
      `POST /v1/fetch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    return socket;
  };
  return { ask, load, room };
}

async function read(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    text += String(chunk);
    // The JSON of the answer ends here: what was fetched has none of these.
    if (String(chunk).endsWith('}')) break;
  }
  return text;
}

const ROOMY = { maxBytes: 4 * LARGE, maxBytesPerPod: 2 * LARGE };
const PATIENT = { timeout: 10_000 };

test('a response that is not read keeps its place and its bytes, until its client is gone', async () => {
  const { ask, load, room } = await serveCalls(ROOMY);
  const socket = await ask(LARGE);
  await expect.poll(() => room.held(), PATIENT).toBe(LARGE);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect({ held: room.held(), calls: load.inFlight() }).toEqual({ held: LARGE, calls: 1 });
  socket.destroy();
  await expect.poll(() => [room.held(), load.inFlight()], PATIENT).toEqual([0, 0]);
});

test('a response that is read gives both back', async () => {
  const { ask, load, room } = await serveCalls(ROOMY);
  expect(await read(await ask(LARGE))).toContain('HTTP/1.1 200');
  await expect.poll(() => [room.held(), load.inFlight()], PATIENT).toEqual([0, 0]);
});

test('a pod that reads nothing is refused, and another is not', async () => {
  const { ask, room } = await serveCalls({ maxBytes: 2 * LARGE, maxBytesPerPod: LARGE + MEBIBYTE });
  await ask(LARGE);
  await expect.poll(() => room.held(), PATIENT).toBe(LARGE);
  const refused = await read(await ask(2 * MEBIBYTE));
  expect(refused).toContain('HTTP/1.1 429');
  expect(refused).toContain('"ResponseBytesReached"');
  expect(refused).toMatch(/retry-after: 1/i);
  expect(await read(await ask(2 * MEBIBYTE, 'other'))).toContain('HTTP/1.1 200');
});

test('all pods together are refused when the gateway has no room', async () => {
  const { ask, room } = await serveCalls({ maxBytes: LARGE + MEBIBYTE, maxBytesPerPod: LARGE });
  await ask(LARGE);
  await expect.poll(() => room.held(), PATIENT).toBe(LARGE);
  const refused = await read(await ask(2 * MEBIBYTE, 'other'));
  expect(refused).toContain('HTTP/1.1 503');
  expect(refused).toContain('"Overloaded"');
});

test('no request leaves where there is no room for the beginning of its response', async () => {
  const { ask, room } = await serveCalls({ maxBytes: LARGE, maxBytesPerPod: 100 });
  expect(await read(await ask(10))).toContain('"ResponseBytesReached"');
  expect(room.held()).toBe(0);
});

test('a connection whose client does not read its response in time is ended', async () => {
  const { ask, load, room } = await serveCalls(ROOMY, { unreadMilliseconds: 200 });
  const socket = await ask(LARGE);
  socket.on('error', () => undefined);
  await expect.poll(() => room.held(), PATIENT).toBe(LARGE);
  await expect.poll(() => [room.held(), load.inFlight()], PATIENT).toEqual([0, 0]);
  socket.resume();
  await vi.waitFor(() => expect(socket.destroyed).toBe(true));
  expect(socket.bytesRead).toBeLessThan(LARGE);
});
