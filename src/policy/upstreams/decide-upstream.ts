import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { allowCall, type CallDecision, denyCall } from '../tools/call-decision.ts';
import type { CallPolicy } from '../tools/call-policy.ts';
import { type ForwardedHeaders, forwardHeaders } from './forward-headers.ts';
import { parseTarget } from './parse-target.ts';
import type { UpstreamMethod, UpstreamPolicy } from './upstream-policy.ts';
import { asksForWebSocket, readHandshake, type WebSocketHandshake } from './web-socket-handshake.ts';

/** A request for an upstream, as it came. */
export interface UpstreamCall {
  readonly upstream: string;
  readonly method: string;
  /** What stands behind the name of the upstream: path and query. */
  readonly target: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
}

/** The request that was decided. It is the only thing that may be sent, beside its credential and its body. */
export interface UpstreamRequest {
  readonly upstream: UpstreamPolicy;
  readonly method: UpstreamMethod;
  /** Path below `baseURL`, as the rules are about. */
  readonly path: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly headers: ForwardedHeaders;
  /** Set where it begins a WebSocket. */
  readonly webSocket: WebSocketHandshake | null;
}

/** `request` is set where the call is allowed. */
export interface UpstreamDecision extends CallDecision {
  readonly request?: UpstreamRequest;
}

const RULE = 'spec.upstreams';

/** Decides a request for an upstream, but for its body, its rate and the addresses of the upstream. */
export function decideUpstream(policy: CallPolicy, call: UpstreamCall): UpstreamDecision {
  const upstream = policy.upstreams.get(call.upstream);
  if (upstream === undefined) return denyName(policy, call.upstream);
  const { rule, unusable } = upstream;
  if (unusable !== null)
    return denyCall('RuleUnusable', { rule: unusable.field, level: 'Gateway' }, unusable);
  const notCarried = denyProtocol(upstream, call);
  if (notCarried !== null) return notCarried;
  const { method } = call;
  if (!isMethod(method) || !upstream.methods.has(method)) return denyMethod(upstream, method);
  const parsed = parseTarget(call.target);
  if ('problem' in parsed) {
    const finding = { field: 'path', found: show(call.target), ...parsed.problem };
    return denyCall('PathNotCanonical', { rule: null, level: 'Gateway' }, finding);
  }
  const { path, query } = parsed.target;
  if (!isListed(upstream, path)) return denyPath(upstream, path);
  const denied = upstream.llm === null ? null : denyWithoutBody(upstream, method, path);
  if (denied !== null) return denied;
  const read = readHeaders(upstream, method, call.headers);
  if ('denied' in read) return read.denied;
  const request = { upstream, method, path, target: `${upstream.basePath}${path}${query}`, ...read };
  return { ...allowCall({ rule: `${rule}.paths`, level: 'Gateway' }), request };
}

type ReadHeaders = Pick<UpstreamRequest, 'headers' | 'webSocket'> | { readonly denied: UpstreamDecision };

/** The headers that go on, and the handshake of a WebSocket. */
function readHeaders(
  { protocol }: UpstreamPolicy,
  method: string,
  rawHeaders: readonly string[],
): ReadHeaders {
  const found = forwardHeaders(rawHeaders);
  const by = { rule: null, level: 'Gateway' } as const;
  if ('finding' in found) return { denied: denyCall('RequestHeaderNotAllowed', by, found.finding) };
  if (protocol !== 'WebSocket') return { headers: found.headers, webSocket: null };
  const read = readHandshake(method, rawHeaders);
  if ('finding' in read) return { denied: denyCall('RequestMalformed', by, read.finding) };
  const { handshake: webSocket } = read;
  return { headers: { ...found.headers, ...headersOf(webSocket) }, webSocket };
}

const METHODS: ReadonlySet<string> = new Set<UpstreamMethod>([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
]);

function isMethod(method: string): method is UpstreamMethod {
  return METHODS.has(method);
}

/** Methods whose requests have a body. With `llm` it is decided, path included; see `decideModelRequest`. */
export const METHODS_WITH_BODY: ReadonlySet<string> = new Set<UpstreamMethod>(['POST', 'PUT', 'PATCH']);

/** With `llm`, nothing but the path tells what a request without a body is for. So it may only read, and only what is listed word for word. */
function denyWithoutBody(upstream: UpstreamPolicy, method: string, path: string): UpstreamDecision | null {
  if (METHODS_WITH_BODY.has(method)) return null;
  const { rule, exactPaths } = upstream;
  if (method !== 'GET' && method !== 'HEAD') {
    return deny('MethodNotAllowed', `${rule}.llm`, {
      field: 'method',
      found: show(method),
      required: 'must be POST, PUT, PATCH, GET or HEAD, because the upstream has rules for models',
      fix: 'Use another method, or have the role list the path in an upstream without llm.',
    });
  }
  if (exactPaths.has(path)) return null;
  return deny('PathNotAllowed', `${rule}.llm`, {
    field: 'path',
    found: show(path),
    required: `must be one of ${rule}.paths, without "/*", because the upstream has rules for models`,
    fix: 'Ask for another path, or have the role list this one in full.',
  });
}

function isListed({ exactPaths, pathsBelow }: UpstreamPolicy, path: string): boolean {
  return exactPaths.has(path) || pathsBelow.some((root) => path.startsWith(root));
}

function deny(reason: Parameters<typeof denyCall>[0], rule: string, finding: Finding): UpstreamDecision {
  return denyCall(reason, { rule, level: 'Gateway' }, finding);
}

function denyName({ role }: CallPolicy, name: string): UpstreamDecision {
  return deny('UpstreamNotAllowed', RULE, {
    field: 'upstream',
    found: show(name),
    required: `must be an upstream of the role "${role}"`,
    fix: 'Call another upstream, or have the role allow this one.',
  });
}

/** What a WebSocket may be asked to speak. No extension is offered: a compressed message cannot be looked into. */
function headersOf({ protocols }: WebSocketHandshake): ForwardedHeaders {
  return protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') };
}

/** A request must speak what its upstream does. To leave `Upgrade` out would let a client wait for a protocol that never begins. */
function denyProtocol(
  { rule, protocol }: UpstreamPolicy,
  { headers }: UpstreamCall,
): UpstreamDecision | null {
  const asksForUpgrade = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'upgrade');
  if (protocol === 'HTTP' && !asksForUpgrade) return null;
  if (protocol === 'WebSocket' && asksForWebSocket(headers)) return null;
  return deny('UpstreamNotCarried', `${rule}.protocol`, NOT_CARRIED[protocol]);
}

const NOT_CARRIED: Readonly<Record<UpstreamPolicy['protocol'], Finding>> = {
  HTTP: {
    field: 'headers',
    found: '"upgrade"',
    required: 'must not be set: the upstream has protocol HTTP, and no WebSocket is carried to it',
    fix: 'Use the HTTP API of the upstream, or have the role list one with protocol WebSocket.',
  },
  WebSocket: {
    field: 'headers',
    found: 'a request that begins no WebSocket',
    required: 'must have "upgrade: websocket": the upstream has protocol WebSocket',
    fix: 'Begin a WebSocket, or have the role list an upstream with protocol HTTP.',
  },
  MCP: {
    field: 'upstream',
    found: 'an upstream with protocol MCP',
    required: 'must be an upstream with protocol HTTP or WebSocket',
    fix: 'Call an upstream with another protocol.',
  },
};

function denyMethod({ rule, methods }: UpstreamPolicy, method: string): UpstreamDecision {
  const required =
    methods.size === 0 ? 'must be listed, and none is' : `must be ${[...methods].join(' or ')}`;
  return deny('MethodNotAllowed', `${rule}.methods`, {
    field: 'method',
    found: show(method),
    required,
    fix: 'Use another method, or have the role list this one.',
  });
}

function denyPath({ rule }: UpstreamPolicy, path: string): UpstreamDecision {
  return deny('PathNotAllowed', `${rule}.paths`, {
    field: 'path',
    found: show(path),
    required: `must be one of ${rule}.paths, or below one that ends in "/*"`,
    fix: 'Ask for another path, or have the role list this one.',
  });
}
