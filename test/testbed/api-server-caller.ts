import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { ControlPlaneConnection } from './connect-control-plane.ts';

/** One call of the Kubernetes API, made without a client in between: what was answered is what the test sees. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  /** Who is impersonated; the admin, unless told. */
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: { readonly message?: string; readonly reason?: string } & Readonly<Record<string, unknown>>;
  /** Texts of the `Warning` headers (RFC 9111 §5.5, code 299). */
  readonly warnings: readonly string[];
}

export interface ApiServerCaller {
  readonly send: (call: ApiCall) => Promise<ApiAnswer>;
  readonly close: () => void;
}

/** A caller that keeps its connections; `close` ends them. */
export function apiServerCaller(connection: ControlPlaneConnection): ApiServerCaller {
  const { url, certificateAuthority, tokens } = connection;
  const agent = new Agent({ ca: certificateAuthority, keepAlive: true, maxSockets: 8 });
  const send = async (call: ApiCall): Promise<ApiAnswer> => {
    const { method, path, body, user } = call;
    const sent = request(`${url}${path}`, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${tokens['admin'] ?? ''}`,
        'content-type': call.contentType ?? 'application/json',
        // A header for each group; undici would join them to the name of one.
        ...(user === undefined
          ? {}
          : { 'impersonate-user': user.name, 'impersonate-group': [...user.groups] }),
      },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = (await json(response)) as ApiAnswer['body'];
    return { status: response.statusCode ?? 0, body: answer, warnings: textsOf(response.headers.warning) };
  };
  return { send, close: () => agent.destroy() };
}

function textsOf(header: string | undefined): readonly string[] {
  return [...(header ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) =>
    (quoted ?? '').replace(/\\(.)/g, '$1'),
  );
}
