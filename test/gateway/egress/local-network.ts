import { once } from 'node:events';
import { type AddressInfo, createConnection, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { onTestFinished } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import type { Network } from '../../../src/gateway/egress/network.ts';

/** A world of names and public addresses that lead to local servers. */
export interface LocalNetwork extends Network {
  /** What was resolved and dialled, in order. */
  readonly names: string[];
  readonly dialled: string[];
  /** Every socket that was dialled. */
  readonly sockets: Socket[];
  /** Gives a name its addresses, of which each answer of the DNS takes the next list; the last one stays. */
  name(name: string, ...answers: (readonly string[])[]): void;
  /** Makes an address lead to a local port. Any other address refuses. */
  address(address: string, port: number): void;
}

export function createLocalNetwork(): LocalNetwork {
  const answers = new Map<string, (readonly string[])[]>();
  const ports = new Map<string, number>();
  const names: string[] = [];
  const dialled: string[] = [];
  const sockets: Socket[] = [];
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return {
    names,
    dialled,
    sockets,
    name: (name, ...lists) => void answers.set(name, lists),
    address: (address, port) => void ports.set(address, port),
    resolve: async (name) => {
      names.push(name);
      const lists = answers.get(name) ?? [];
      const answer = lists.length > 1 ? lists.shift() : lists[0];
      if (answer === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      return answer;
    },
    dial: async (address, port) => {
      dialled.push(`${address} ${port}`);
      const local = ports.get(address);
      if (local === undefined) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      const socket = createConnection({ host: '127.0.0.1', port: local, allowHalfOpen: true, noDelay: true });
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    },
  };
}

/** Listens on a free port until the test ends, and returns it. */
export async function listenLocally(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    open.forEach((socket) => socket.destroy());
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What a server of TLS shows, and the context that trusts it. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  readonly trusted: SecureContext;
}

export async function certificateFor(...hosts: string[]): Promise<TestCertificate> {
  const authority = await createCertificateAuthority(Date.now());
  const { certificate, privateKey } = await issueServingCertificate(authority, hosts, Date.now());
  return {
    key: privateKey.reveal(),
    cert: certificate,
    trusted: createSecureContext({ ca: authority.certificate }),
  };
}
