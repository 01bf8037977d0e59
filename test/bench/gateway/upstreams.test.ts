import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import { listenOn } from '../../../src/serve/listen.ts';
import type { StreamServer } from './agent-stream.ts';
import { eventAt } from './event-stream.ts';
import { openStreams } from './stream-load.ts';
import { openUpstreamClients } from './upstream-load.ts';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Starts what passes requests on to an upstream, or says that it does. */
async function serve(listener: RequestListener): Promise<StreamServer> {
  const authority = await createCertificateAuthority(Date.now());
  const { certificate, privateKey } = await issueServingCertificate(authority, ['127.0.0.1'], Date.now());
  const server = createServer({ cert: certificate, key: privateKey.reveal() }, listener);
  const port = await listenOn(server, 0, '127.0.0.1');
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const tally = { asked: 0, refused: 0 };
  return { url: `https://127.0.0.1:${port}`, authority: authority.certificate, tally };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with what `change` makes of the body, and refuses the path that no role lists where `isDeciding`. */
const answer =
  (change: (body: string) => string, isDeciding: boolean): RequestListener =>
  (request, response) => {
    void readAll(request).then((body) => {
      if (isDeciding && request.url?.endsWith('/admin') === true) {
        return response.writeHead(403).end('{"reason":"PathNotAllowed"}');
      }
      return response.end(change(body));
    });
  };

const same = (body: string): string => body;
const spoil = (body: string): string => body.replace('customer', 'customes');

async function send(server: StreamServer, isDeciding: boolean): Promise<void> {
  const clients = openUpstreamClients({ ...server, isDeciding });
  stops.push(clients.close);
  // Each of the clients begins elsewhere, so that some of the first requests must be refused.
  await clients.send(320);
}

describe('calls of an upstream', () => {
  test('are answered, and 1 % of them refused', async () => {
    const server = await serve(answer(same, true));
    await send(server, true);
    expect(server.tally.asked).toBe(320);
    expect(server.tally.refused).toBeGreaterThan(0);
    expect(server.tally.refused).toBeLessThan(30);
  });

  test('are all answered where nothing is decided', async () => {
    const server = await serve(answer(same, false));
    await send(server, false);
    expect(server.tally).toEqual({ asked: 320, refused: 0 });
  });

  test('whose answer was changed are found', async () => {
    await expect(send(await serve(answer(spoil, true)), true)).rejects.toThrow('expected the body');
  });

  test('that must be refused and are not are found', async () => {
    await expect(send(await serve(answer(same, false)), true)).rejects.toThrow('must be refused');
  });
});

/** Sends these events, and leaves the response open unless `isEnded`. */
const events =
  (sent: readonly Buffer[], isEnded = false): RequestListener =>
  (request, response: ServerResponse) => {
    request.resume();
    for (const event of sent) response.write(event);
    if (isEnded) response.end();
  };

describe('streams', () => {
  test('are read until they are cancelled', async () => {
    const server = await serve(events([0, 1, 2].map(eventAt)));
    const streams = await openStreams(server, 5);
    await streams.eachHas(3);
    expect(streams.events()).toBe(15);
    expect(server.tally).toEqual({ asked: 5, refused: 0 });
    streams.cancel();
    await vi.waitFor(() => expect(() => streams.events()).toThrow('has ended'));
  });

  test.each<[string, RequestListener, string]>([
    ['with a byte changed', events([eventAt(0), eventAt(2)]), 'is wrong after'],
    ['that end', events([eventAt(0)], true), 'has ended after'],
  ])('%s are found', async (_name, listener, problem) => {
    const streams = await openStreams(await serve(listener), 1);
    stops.push(async () => streams.cancel());
    await expect(streams.eachHas(3)).rejects.toThrow(problem);
  });

  test('that are refused are found', async () => {
    const refusing: RequestListener = (_request, response) => response.writeHead(403).end();
    await expect(openStreams(await serve(refusing), 1)).rejects.toThrow('expected 200, got 403');
  });
});
