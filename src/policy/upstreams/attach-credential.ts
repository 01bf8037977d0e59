import type { AgentRole } from '../../api/agent-role.ts';
import type { Secret } from '../../lib/secret.ts';

/** How a credential is added to a request. */
export type Attach = NonNullable<AgentRole['spec']['credentials'][number]['attach']>;

/** Why a credential cannot be attached. Never holds a value. */
export interface AttachProblem {
  /** Name of the value that is wrong; null where the request cannot be signed. */
  readonly value: string | null;
  /** A clause that begins with "must". */
  readonly required: string;
}

/** What is signed with type `AWSSigV4`. The other types look at nothing of it. */
export interface SignedRequest {
  readonly method: string;
  /** Host and, where it is not 443, port: what the request says in `Host`. */
  readonly host: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  /** Headers that will be sent, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; undefined where it is sent as it comes. */
  readonly body?: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface AttachedHeaders {
  /** Headers to set, in place of those of the same name, by their names in lower case. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** Names of headers, in lower case, that must not be sent unless they are among `headers`. */
  readonly removes: readonly string[];
}

/** Turns the values of a credential into headers. `values` has them by name: `value`, or the names that the type asks for. */
export async function attachCredential(
  _attach: Attach,
  _values: Readonly<Record<string, Secret>>,
  _request: SignedRequest,
): Promise<AttachedHeaders | { readonly problem: AttachProblem }> {
  return { problem: { value: null, required: 'must be implemented' } };
}
