import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type SigningKey, signatureProblem } from './read-signature.ts';
import { answerJSON, createVendor, type Vendor, type VendorRequest } from './vendor.ts';

/** What somebody who has not proved anything is answered. */
function refuse(response: ServerResponse, why: string): void {
  answerJSON(response, { message: why }, 401);
}

/** The API of GitHub, with one repository and two pages of issues. */
export function createGitHub(host: string): Vendor {
  return createVendor(({ method, url, body }, response) => {
    const { pathname, searchParams } = url;
    if (pathname === '/graphql') return answerJSON(response, { data: { viewer: { login: 'octo' } } });
    if (pathname === '/repos/acme/sample') return answerJSON(response, { full_name: 'acme/sample' });
    if (method === 'POST') return answerJSON(response, JSON.parse(body.toString()), 201);
    const page = Number(searchParams.get('page') ?? 1);
    // GitHub names itself in links; the gateway has to lead them through itself.
    const next = `<https://${host}${pathname}?page=${page + 1}>; rel="next"`;
    if (page === 1) response.setHeader('Link', next);
    return answerJSON(response, [{ title: `issue ${page}` }]);
  });
}

/** A store of objects that takes no request without a signature of the key. */
export function createS3(key: SigningKey): Vendor {
  const objects = new Map<string, string>();
  return createVendor((request, response) => {
    const problem = signatureProblem(request, key);
    if (problem !== null) return refuse(response, problem);
    const { pathname } = request.url;
    if (request.method === 'PUT') {
      objects.set(pathname, request.body.toString());
      response.writeHead(200, { ETag: '"of-the-object"' }).end();
      return;
    }
    if (pathname === '/reports') {
      const keys = [...objects.keys()].map((path) => path.slice('/reports/'.length));
      const contents = keys.map((name) => `<Contents><Key>${name}</Key></Contents>`).join('');
      const body = `<?xml version="1.0"?><ListBucketResult><Name>reports</Name>${contents}</ListBucketResult>`;
      response.writeHead(200, { 'Content-Type': 'application/xml' }).end(body);
      return;
    }
    response.writeHead(objects.has(pathname) ? 200 : 404).end(objects.get(pathname));
  });
}

/** Serves files of a folder to who shows the login. A path that ends in a slash is the file `index.html` there. */
export function createFileVendor(folder: string, authorization: string): Vendor {
  return createVendor(async ({ url, headers }, response) => {
    if (headers.authorization !== authorization) return refuse(response, 'no login');
    const { pathname } = url;
    const content = await readFile(
      join(folder, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname)),
    ).catch(() => null);
    const type = pathname.endsWith('/') ? 'text/html' : 'application/octet-stream';
    response.writeHead(content === null ? 404 : 200, { 'Content-Type': type }).end(content ?? '');
  });
}

/** Serves the repositories of a folder by the smart protocol of git, as its hosts do. */
export function createGitVendor(folder: string, authorization: string): Vendor {
  return createVendor(async (request, response) => {
    if (request.headers.authorization !== authorization) return refuse(response, 'no login');
    const output = await runBackend(folder, request);
    const end = output.indexOf('\r\n\r\n');
    const lines = output.subarray(0, end).toString().split('\r\n');
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    const { Status: status = '200', ...others } = Object.fromEntries(headers);
    response.writeHead(Number.parseInt(status, 10), others).end(output.subarray(end + 4));
  });
}

/** Runs git's program for servers, which speaks CGI (RFC 3875). */
async function runBackend(folder: string, { method, url, headers, body }: VendorRequest): Promise<Buffer> {
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.end(body);
  return buffer(backend.stdout);
}
