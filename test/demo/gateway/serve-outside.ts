import { createServer, type Socket } from 'node:net';
import type { CertificateAuthority } from '../../../src/certificates/issue.ts';
import { listenOn } from '../../../src/serve/listen.ts';
import { createServedWorld } from '../../gateway/served-world.ts';

/** The world outside as the gateway of the demo finds it. */
export interface Outside {
  /** What the names resolve to: one answer after the other, and then the last of them. */
  readonly names: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** The local ports that addresses lead to. */
  readonly ports: Readonly<Record<string, number>>;
  /** Whose certificates are trusted there, in PEM. */
  readonly authority: string;
}

export interface ServedOutside {
  readonly outside: Outside;
  /** How often the metadata service was called. */
  readonly metadataCalls: () => number;
  readonly stop: () => void;
}

/** The names that the steps use. */
export const HOST = {
  /** The role lets tunnels to it pass. */
  model: 'api.models.example.com',
  /** Sends a line every few milliseconds, for as long as it is read. */
  stream: 'stream.models.example.com',
  refused: 'paste.example.net',
  /** The role lets its tool fetch from it. */
  search: 'search.example.com',
  /** The role allows each of these, and their owner points them at the metadata service. */
  metadata: 'metadata.search.example.com',
  mapped: 'mapped.search.example.com',
  rebound: 'rebound.search.example.com',
} as const;

/** Answers every cloud's machines; who reaches it gets the credentials of the node. */
const METADATA_ADDRESS = '169.254.169.254';
const MAPPED_ADDRESS = `::ffff:${METADATA_ADDRESS}`;
const SEARCH_ADDRESS = '93.184.216.36';
const REBOUND_ADDRESS = '93.184.216.37';
const STREAM_MILLISECONDS = 20;

/** A URL of the search that answers with a body of so many bytes. */
export function searchURL(bytes: number): string {
  return `https://${HOST.search}/?bytes=${bytes}`;
}

/** A URL of the search that redirects to another. */
export function redirectURL(to: string): string {
  return `https://${HOST.search}/?to=${encodeURIComponent(to)}`;
}

/** Serves, on this machine, all that the agent of the demo calls or must not reach. */
export async function serveOutside(authority: CertificateAuthority): Promise<ServedOutside> {
  const world = createServedWorld(authority);
  let metadataCalls = 0;
  await world.serve(HOST.model, '93.184.216.34', (socket) => socket.end('hello from the model'));
  await world.serve(HOST.stream, '93.184.216.35', stream);
  await world.serve(HOST.search, SEARCH_ADDRESS, search);
  await world.serve(HOST.rebound, REBOUND_ADDRESS, search);
  const metadata = createServer((socket) => {
    metadataCalls += 1;
    socket.end('credentials of the node');
  });
  const metadataPort = await listenOn(metadata, 0, '127.0.0.1');
  return {
    outside: {
      names: {
        [HOST.model]: [['93.184.216.34']],
        [HOST.stream]: [['93.184.216.35']],
        [HOST.search]: [[SEARCH_ADDRESS]],
        [HOST.metadata]: [[METADATA_ADDRESS]],
        [HOST.mapped]: [[MAPPED_ADDRESS]],
        [HOST.rebound]: [[REBOUND_ADDRESS], [METADATA_ADDRESS]],
      },
      ports: {
        ...Object.fromEntries(world.ports),
        [METADATA_ADDRESS]: metadataPort,
        [MAPPED_ADDRESS]: metadataPort,
      },
      authority: authority.certificate,
    },
    metadataCalls: () => metadataCalls,
    stop: () => {
      world.stop();
      metadata.close();
    },
  };
}

function stream(socket: Socket): void {
  const timer = setInterval(() => socket.write('another line\n'), STREAM_MILLISECONDS);
  socket.once('close', () => clearInterval(timer));
}

function search(socket: Socket): void {
  socket.once('data', (head: Buffer) => {
    const [, target = '/'] = head.toString('latin1').split(' ');
    const { searchParams } = new URL(target, `https://${HOST.search}`);
    const redirect = searchParams.get('to');
    const body = 'a'.repeat(Number(searchParams.get('bytes') ?? 0));
    const lines =
      redirect === null
        ? ['HTTP/1.1 200 OK', 'Content-Type: text/plain']
        : ['HTTP/1.1 302 Found', `Location: ${redirect}`];
    socket.end([...lines, `Content-Length: ${body.length}`, 'Connection: close', '', body].join('\r\n'));
  });
}
