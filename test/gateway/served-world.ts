import { createServer as createTlsServer, type Server, type TlsOptions } from 'node:tls';
import type { Socket } from 'node:net';
import { type CertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import type { Network } from '../../src/gateway/egress/network.ts';
import { createSystemNetwork } from '../../src/gateway/egress/system-network.ts';
import { listenOn } from '../../src/serve/listen.ts';

/** The world outside as a gateway under test finds it: names have public addresses, which lead to servers of this process. */
export interface ServedWorld {
  readonly network: Network;
  /** Every name that was resolved, in order. */
  readonly resolved: string[];
  /** Every address that was dialled, in order. */
  readonly dialled: string[];
  /** The local ports that public addresses lead to. */
  readonly ports: ReadonlyMap<string, number>;
  /** Says which addresses a name has from now on. Several lists: one after the other, each for one answer. */
  readonly name: (host: string, ...answers: readonly (readonly string[])[]) => void;
  /** Serves TLS for a host at a public address. `tls` is in place of what it has otherwise, such as its certificate. */
  readonly serve: (
    host: string,
    address: string,
    onConnection: (socket: Socket) => void,
    tls?: TlsOptions,
  ) => Promise<void>;
  readonly stop: () => void;
}

const LOCAL = '127.0.0.1';
/** A connection on which no TLS begins is not kept. */
const HANDSHAKE_MILLISECONDS = 5_000;

export function createServedWorld(authority: CertificateAuthority): ServedWorld {
  const answers = new Map<string, (readonly string[])[]>();
  const ports = new Map<string, number>();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const system = createSystemNetwork();
  const world: ServedWorld = {
    resolved: [],
    dialled: [],
    ports,
    name: (host, ...lists) => void answers.set(host, [...lists]),
    serve: async (host, address, onConnection, tls = {}) => {
      const { certificate, privateKey } = await issueServingCertificate(authority, [host], Date.now());
      const server = createTlsServer({
        cert: certificate,
        key: privateKey.reveal(),
        allowHalfOpen: true,
        handshakeTimeout: HANDSHAKE_MILLISECONDS,
        ...tls,
      });
      server.on('secureConnection', (socket) => {
        socket.on('error', () => undefined);
        onConnection(socket);
      });
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      servers.push(server);
      ports.set(address, await listenOn(server, 0, LOCAL));
      if (!answers.has(host)) answers.set(host, [[address]]);
    },
    network: {
      resolve: async (host) => {
        world.resolved.push(host);
        const lists = answers.get(host) ?? [];
        const found = lists.length > 1 ? lists.shift() : lists[0];
        if (found === undefined) throw new Error('ENOTFOUND');
        return found;
      },
      dial: (address, _port, signal) => {
        world.dialled.push(address);
        const port = ports.get(address);
        if (port === undefined) return Promise.reject(new Error('ECONNREFUSED'));
        return system.dial(LOCAL, port, signal);
      },
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
  return world;
}

/** Resolves when the socket is closed, however it ends. */
export async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => undefined).once('close', () => resolve());
  await promise;
}
