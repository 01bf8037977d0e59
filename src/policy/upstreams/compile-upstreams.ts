import type { AgentRole } from '../../api/agent-role.ts';
import type { Finding } from '../decision.ts';
import type { UpstreamPolicy } from './upstream-policy.ts';

type Spec = AgentRole['spec'];
type Upstream = Spec['upstreams'][number];

const HTTPS_PORT = 443;
const BELOW = '/*';

/** Compiles the upstreams of a role by their names. Never throws: one that cannot be compiled is in the result, and denies. */
export function compileUpstreams({
  upstreams,
  credentials,
}: Pick<Spec, 'upstreams' | 'credentials'>): ReadonlyMap<string, UpstreamPolicy> {
  return new Map((upstreams ?? []).map((one) => [one.name, compileUpstream(one, credentials ?? [])]));
}

function compileUpstream(upstream: Upstream, credentials: Spec['credentials']): UpstreamPolicy {
  const { name, protocol, destination, caBundle, paths, timeouts } = upstream;
  const rule = `spec.upstreams[${JSON.stringify(name)}]`;
  const url = URL.parse(upstream.baseURL);
  const escaped = paths.map(escapePath);
  const bound = credentials.find((one) => one.name === upstream.credential);
  return {
    name,
    rule,
    protocol,
    host: url?.hostname ?? '',
    port: url === null || url.port === '' ? HTTPS_PORT : Number(url.port),
    basePath: (url?.pathname ?? '').replace(/\/$/, ''),
    service: destination?.service ?? null,
    caBundle: caBundle ?? null,
    credential: bound?.attach === undefined ? null : { name: bound.name, attach: bound.attach },
    methods: new Set(upstream.methods),
    exactPaths: new Set(escaped.filter((path) => !path.endsWith(BELOW))),
    pathsBelow: escaped.filter((path) => path.endsWith(BELOW)).map((path) => path.slice(0, -1)),
    followRedirectsTo: new Set(upstream.followRedirectsTo),
    llm: upstream.llm ?? null,
    firstByteMilliseconds: timeouts.firstByteSeconds * 1_000,
    idleMilliseconds: timeouts.idleSeconds * 1_000,
    maxMilliseconds: timeouts.maxSeconds * 1_000,
    unusable: findUnusable(upstream, { rule, isURL: url !== null, hasAttach: bound?.attach !== undefined }),
  };
}

/** A role writes paths unescaped, and requests have them escaped (RFC 3986, section 3.3). */
function escapePath(path: string): string {
  return encodeURI(path.toWellFormed());
}

interface Found {
  readonly rule: string;
  readonly isURL: boolean;
  readonly hasAttach: boolean;
}

/** What the rules of the API keep out, and an older API server may have stored. */
function findUnusable(upstream: Upstream, { rule, isURL, hasAttach }: Found): Finding | null {
  const { credential, baseURL, protocol, llm } = upstream;
  if (!isURL) {
    return {
      field: `${rule}.baseURL`,
      found: JSON.stringify(baseURL),
      required: 'must be a URL',
      fix: 'Have the role name where the upstream is.',
    };
  }
  if (protocol !== 'HTTP' && llm !== undefined) {
    return {
      field: `${rule}.llm`,
      found: `rules for models with protocol ${protocol}`,
      required: 'must not be set unless protocol is HTTP',
      fix: 'Have the role remove llm, or ask the model over HTTP.',
    };
  }
  if (credential === undefined || hasAttach) return null;
  return {
    field: `${rule}.credential`,
    found: JSON.stringify(credential),
    required: 'must be a credential of the role that has attach',
    fix: 'Have the role say how the credential is attached.',
  };
}
