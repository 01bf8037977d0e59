import { type CallDecision, denyCall } from '../tools/call-decision.ts';
import type { CallPolicy } from '../tools/call-policy.ts';
import type { Destination } from './destination.ts';

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

/** Decides a CONNECT. `authority` is its target as it came. */
export function decideConnect(_policy: CallPolicy, _authority: string): ConnectDecision {
  return denyCall('HostNotAllowed', { rule: 'spec.network.allow', level: 'Gateway' });
}
