import type { AgentRole } from '../../api/agent-role.ts';
import { show } from '../../lib/show.ts';
import {
  MINTING_SEGMENTS,
  MINTING_SERVICES,
  MINTING_VENDORS,
  type MintingVendor,
} from './minting-endpoints.ts';

type Upstream = AgentRole['spec']['upstreams'][number];

const MAX_WARNINGS = 16;

/**
 * Returns warnings for the paths of upstreams at which an agent can have another credential made: the answer holds it, so the agent
 * would. Nobody knows all of them, so that none of it is refused.
 */
export function mintingWarnings({ spec }: Pick<AgentRole, 'spec'>): readonly string[] {
  const warnings = spec.upstreams.flatMap((upstream, index) => {
    const { credential } = upstream;
    // Without a credential nobody makes one either.
    if (credential === undefined || upstream.methods.length === 0) return [];
    const attach = spec.credentials.find(({ name }) => name === credential)?.attach;
    if (attach?.type === 'AWSSigV4') return warnOfService(attach.service ?? '', `spec.upstreams[${index}]`);
    if (!upstream.methods.some((method) => method !== 'GET' && method !== 'HEAD')) return [];
    return upstream.paths.flatMap((path, at) =>
      warnOfPath(upstream, path, `spec.upstreams[${index}].paths[${at}]`),
    );
  });
  return warnings.slice(0, MAX_WARNINGS);
}

function warnOfService(service: string, field: string): readonly string[] {
  if (!MINTING_SERVICES.has(service)) return [];
  return [
    `${field} is signed for the service ${show(service)} of AWS, which answers with credentials: the agent would hold them. Have something else call it`,
  ];
}

function warnOfPath(upstream: Upstream, path: string, field: string): readonly string[] {
  const endpoint = findEndpoint(upstream, path);
  if (endpoint === null) return [];
  return [
    `${field} is ${show(path)}: an agent can have a credential made at ${endpoint}, and would hold it. List only paths that it needs`,
  ];
}

/** What is made at the path, for a person; null where nothing is known to be. */
function findEndpoint({ baseURL, environment, llm: rules }: Upstream, path: string): string | null {
  // What has a body is decided as a request for a model, and served at the paths of its API alone. What has none only reads.
  if (rules !== undefined) return null;
  const { host, prefix } = divide(baseURL);
  const vendor = Object.entries(MINTING_VENDORS).find(
    ([name, one]) => name === environment || one.host === host,
  )?.[1];
  const whole = `${prefix}${path}`;
  if (vendor !== undefined) {
    const found = vendor.paths.find((one) => covers(withoutPrefix(whole, vendor), one));
    return found === undefined ? null : `${found} of ${vendor.name}`;
  }
  return isNamedAsMinting(whole) ? show(whole) : null;
}

function divide(baseURL: string): { readonly host: string; readonly prefix: string } {
  const [, host = '', prefix = ''] = /^https:\/\/([^/:]+)(?::\d+)?(.*)$/.exec(baseURL) ?? [];
  return { host, prefix };
}

function withoutPrefix(path: string, { ownPrefix }: MintingVendor): string {
  const isOwn = ownPrefix !== '' && path.startsWith(`${ownPrefix}/`);
  return isOwn ? path.slice(ownPrefix.length) : path;
}

/** Whether a path of a role, with its closing `/*`, lets a request for the endpoint through. */
function covers(path: string, endpoint: string): boolean {
  const wanted = endpoint.split('/');
  const given = path.split('/');
  const isOpen = given.at(-1) === '*';
  const fixed = isOpen ? given.slice(0, -1) : given;
  if (isOpen ? wanted.length <= fixed.length : wanted.length !== fixed.length) return false;
  return fixed.every((segment, index) => wanted[index] === '{id}' || wanted[index] === segment);
}

/** Of another vendor only a path that says so: what is below another is not known. */
function isNamedAsMinting(path: string): boolean {
  const segments = path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '*');
  return segments.some(
    (segment, index) =>
      MINTING_SEGMENTS.has(segment) || MINTING_SEGMENTS.has(`${segments[index - 1] ?? ''}/${segment}`),
  );
}
