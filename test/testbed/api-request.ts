import { request } from 'node:https';
import type { ControlPlane } from './connect-control-plane.ts';

/** One call of the API server, as one of the testbed's users. */
export interface APIRequest {
  readonly user: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** What came back. `message` is that of a Status object, empty where the call succeeded. */
export interface APIAnswer {
  readonly status: number;
  readonly message: string;
  readonly warnings: readonly string[];
  readonly object: Readonly<Record<string, unknown>>;
  /** From the first byte sent to the last byte read. */
  readonly milliseconds: number;
}

/** Sends the request on a connection of its own and gives whatever the API server answers. Throws when it does not answer. */
export function callAPI({ connection }: ControlPlane, call: APIRequest): Promise<APIAnswer> {
  const body = call.body === undefined ? '' : JSON.stringify(call.body);
  const headers = {
    Authorization: `Bearer ${connection.tokens[call.user] ?? ''}`,
    Accept: 'application/json',
    ...(body === '' ? {} : { 'Content-Type': call.contentType ?? 'application/json' }),
  };
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const options = { method: call.method, headers, ca: connection.certificateAuthority, timeout: 30_000 };
    const sent = request(new URL(call.path, connection.url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const milliseconds = performance.now() - started;
        const object = parse(Buffer.concat(chunks).toString('utf8'));
        const status = response.statusCode ?? 0;
        const { message: text } = object;
        const message = status < 400 || typeof text !== 'string' ? '' : text;
        resolve({ status, message, warnings: warningsOf(response.headers['warning']), object, milliseconds });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`${call.method} ${call.path}: no answer within 30 s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: text };
  }
}

/** `299 - "text", 299 - "text"` (RFC 7234, section 5.5). */
function warningsOf(header: string | string[] | undefined): readonly string[] {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...text.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, warning = '']) =>
    warning.replace(/\\(.)/g, '$1'),
  );
}
