import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Credentials } from '../../credentials/credentials.ts';
import type { Secret } from '../../lib/secret.ts';
import type { DecidedModelRequest } from '../../policy/models/model-rules.ts';
import type { UpstreamRequest } from '../../policy/upstreams/decide-upstream.ts';
import type { Caller } from '../identity/caller.ts';
import type { ByteRoom, HeldBytes } from '../limits/byte-room.ts';
import type { ClientCertificate, ReadClientCertificate } from './client-certificate.ts';
import type { Destination } from './destinations.ts';
import type { BodyLimits } from './read-model-body.ts';
import type { SendServices } from './send-request.ts';

/** A request for an upstream as it came. */
export interface UpstreamIncoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: string;
  /** What stands behind its name: path and query. */
  readonly target: string;
  /** Where the agent reaches the upstream. */
  readonly gateway: string;
  readonly malformed: string | null;
  /** Room for a body that is read as a whole. It is left when the body is sent, or the call has ended. */
  readonly held: HeldBytes;
}

export interface UpstreamServices extends SendServices {
  readonly credentials: Pick<Credentials, 'get'>;
  readonly readCertificate: ReadClientCertificate;
  readonly audit: AuditLog;
  readonly bodyLimits: BodyLimits;
  /** For bodies that are read as a whole. */
  readonly requestRoom: ByteRoom;
  /** For what is kept of a response to find out what it has used. */
  readonly usageRoom: ByteRoom;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What is known of a call, as far as it is. */
export interface UpstreamState {
  by: Caller | null;
  request: UpstreamRequest | null;
  /** What is sent of a body that was read as a whole; null where it is sent as it comes, there is none, or it is on its way. */
  body: Buffer | null;
  /** Set where the body is one for a model: parsed, and then decided. */
  parsed: { readonly value: unknown } | null;
  model: DecidedModelRequest | null;
  destination: Destination | null;
  credential: AddedCredential;
  address: string | null;
}

/** What a credential changes in a request, and what must not come back. */
export interface AddedCredential {
  readonly headers: Readonly<Record<string, Secret>>;
  /** Names of headers that are not sent. */
  readonly removes: readonly string[];
  readonly forms: readonly string[];
  /** What the gateway proves itself with before the request; null where the credential is none. */
  readonly certificate: ClientCertificate | null;
}

export const NO_CREDENTIAL: AddedCredential = Object.freeze({
  headers: {},
  removes: [],
  forms: [],
  certificate: null,
});

/** What a request with its handshake takes beside its body. */
export const MAX_HEAD_BYTES = 16 * 1_024;

export function requestOf({ request }: UpstreamState): UpstreamRequest {
  if (request === null) throw new Error('the request is not decided');
  return request;
}

export interface Around {
  readonly incoming: UpstreamIncoming;
  readonly services: UpstreamServices;
  readonly state: UpstreamState;
}
