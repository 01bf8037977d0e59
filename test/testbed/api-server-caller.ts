import { Agent, request } from 'undici';
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
  readonly close: () => Promise<void>;
}

/** A caller that keeps its connections; `close` ends them. */
export function apiServerCaller(connection: ControlPlaneConnection): ApiServerCaller {
  const { url, certificateAuthority, tokens } = connection;
  const dispatcher = new Agent({ connect: { ca: certificateAuthority }, connections: 8 });
  const send = async (call: ApiCall): Promise<ApiAnswer> => {
    const { method, path, body, user } = call;
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(`${url}${path}`, {
      method,
      dispatcher,
      headers: {
        authorization: `Bearer ${tokens['admin'] ?? ''}`,
        'content-type': call.contentType ?? 'application/json',
        ...(user === undefined
          ? {}
          : { 'impersonate-user': user.name, 'impersonate-group': [...user.groups] }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed = (await answer.json()) as ApiAnswer['body'];
    return { status: statusCode, body: parsed, warnings: textsOf(headers['warning']) };
  };
  return { send, close: () => dispatcher.close() };
}

function textsOf(header: string | string[] | undefined): readonly string[] {
  const text = [header ?? []].flat().join(', ');
  return [...text.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) =>
    (quoted ?? '').replace(/\\(.)/g, '$1'),
  );
}
