import type { Bar } from '../bar.ts';
import { CALL_BARS } from './gateway-calls.ts';
import { DECISION_BARS } from './gateway-decisions.ts';
import { TUNNEL_BARS } from './gateway-tunnels.ts';
import { UPSTREAM_BARS } from './gateway-upstreams.ts';

/** What the gateway costs. No bar needs an API server: the bench plays the answers of one. */
export const GATEWAY_BARS: readonly Bar[] = [
  ...DECISION_BARS,
  ...CALL_BARS,
  ...TUNNEL_BARS,
  ...UPSTREAM_BARS,
];
