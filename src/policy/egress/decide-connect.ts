import { show } from '../../lib/show.ts';
import { allowCall, type CallDecision, type DecidedBy, denyCall } from '../tools/call-decision.ts';
import type { CallPolicy } from '../tools/call-policy.ts';
import type { Destination } from './destination.ts';
import { patternsOf } from './match-host.ts';
import { parseAuthority } from './parse-authority.ts';

/** Where a tunnel may lead, and its bounds. */
export interface ConnectDestination extends Omit<Destination, 'pattern' | 'ports'> {
  /** Canonical. */
  readonly host: string;
  readonly port: number;
}

/** `destination` is set where the connection is allowed. */
export interface ConnectDecision extends CallDecision {
  readonly destination?: ConnectDestination;
}

const RULE = 'spec.network.allow';
const GATEWAY: DecidedBy = { rule: RULE, level: 'Gateway' };

/**
 * Decides a CONNECT. `authority` is its target as it came. Where several destinations of the role have the host and the port,
 * the most specific one bounds the connection.
 */
export function decideConnect(policy: CallPolicy, authority: string): ConnectDecision {
  const parsed = parseAuthority(authority);
  const place = { field: 'authority', found: show(authority) };
  if ('problem' in parsed) {
    return denyCall('HostNotCanonical', { ...GATEWAY, rule: null }, { ...place, ...parsed.problem });
  }
  const { host, port } = parsed;
  const matching = patternsOf(host).flatMap((pattern) => policy.destinations.get(pattern) ?? []);
  const [first] = matching;
  if (first === undefined) {
    const required = `must be a host of ${RULE} of the role "${policy.role}"`;
    return denyCall('HostNotAllowed', GATEWAY, { ...place, required, fix: HOST_FIX });
  }
  const found = matching.find(({ ports }) => ports.includes(port));
  if (found === undefined) {
    const required = `must have one of the ports ${first.ports.join(', ')}`;
    const by = { ...GATEWAY, rule: `${ruleOf(first)}.ports` };
    return denyCall('PortNotAllowed', by, { ...place, required, fix: PORT_FIX });
  }
  const { pattern: _, ports: __, ...bounds } = found;
  return { ...allowCall({ ...GATEWAY, rule: ruleOf(found) }), destination: { host, port, ...bounds } };
}

const HOST_FIX = 'Connect to another host, or have the role allow this one.';
const PORT_FIX = 'Connect to another port, or have the role allow this one.';

function ruleOf({ pattern }: Destination): string {
  return `${RULE}[${JSON.stringify(pattern)}]`;
}
