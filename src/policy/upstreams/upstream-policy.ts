import type { Finding } from '../decision.ts';
import type { Llm } from '../models/model-rules.ts';
import type { Attach } from './attach-credential.ts';

/** The methods that a role can list. */
export type UpstreamMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What one upstream may be asked for, compiled once. */
export interface UpstreamPolicy {
  readonly name: string;
  /** Path of the upstream in the role: `spec.upstreams["openai"]`. */
  readonly rule: string;
  readonly protocol: 'HTTP' | 'WebSocket' | 'MCP';
  /** Canonical. Its certificate must name it, whatever address it has. */
  readonly host: string;
  readonly port: number;
  /** Path of `baseURL`; empty, or with a slash in front and none behind. */
  readonly basePath: string;
  /** The Service of the cluster at whose addresses it is. Null: at public ones. */
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number } | null;
  /** Base64 of the PEM certificates that its own must chain to; null for those of the system. */
  readonly caBundle: string | null;
  readonly credential: { readonly name: string; readonly attach: Attach } | null;
  readonly methods: ReadonlySet<string>;
  /** Paths as they are sent, escaped. */
  readonly exactPaths: ReadonlySet<string>;
  /** Paths with a closing slash, below which everything may be asked. */
  readonly pathsBelow: readonly string[];
  readonly followRedirectsTo: ReadonlySet<string>;
  readonly llm: Llm | null;
  readonly firstByteMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly maxMilliseconds: number;
  /** Why it cannot be used as it is written; null where it can. `field` is in the role. */
  readonly unusable: Finding | null;
}
