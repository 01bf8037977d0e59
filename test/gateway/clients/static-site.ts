import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join, normalize } from 'node:path';

/** A site of files, by the path of a request. A path that ends in a slash is the file `index.html` there. */
export interface StaticSite {
  /** Serves what is asked on a connection, which TLS was taken off of. */
  readonly serve: (connection: Socket) => void;
  /** The `Proxy-Authorization` and `Authorization` headers that reached the site. */
  readonly proofs: string[];
}

/** Creates a site of the files in a folder. */
export function createStaticSite(folder: string): StaticSite {
  const proofs: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { 'proxy-authorization': proxy, authorization } = request.headers;
    proofs.push(...[proxy, authorization].filter((value) => value !== undefined));
    const path = normalize(new URL(request.url ?? '/', 'https://site.example').pathname);
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    const content = await readFile(file).catch(() => null);
    const type = file.endsWith('.json') ? 'application/json' : 'text/html';
    response.writeHead(content === null ? 404 : 200, { 'Content-Type': type });
    response.end(content ?? 'not found');
  };
  const server = createServer((request, response) => void answer(request, response));
  return { proofs, serve: (connection) => void server.emit('connection', connection) };
}
