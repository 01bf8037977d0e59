import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { GatewayServers } from './create-servers.ts';
import type { OpenCalls } from './pipeline/open-calls.ts';
import { refuse } from './pipeline/refusal.ts';

export interface DrainingGateway {
  readonly servers: Pick<GatewayServers, 'proxy' | 'api' | 'canary'>;
  readonly openCalls: OpenCalls;
  readonly log: Logger;
  readonly clock: Clock;
}

/** How often it looks whether all calls have ended by themselves. */
const INTERVAL_MILLISECONDS = 100;

/**
 * Ends the gateway in order. It keeps serving while its endpoint is removed from the Service; then it takes no new calls, and
 * tunnels may end by themselves until they are cut. `refuseCalls` is called when that begins.
 */
export async function drainGateway(
  { servers, openCalls, log, clock }: DrainingGateway,
  drainMilliseconds: number,
  refuseCalls: () => void,
): Promise<void> {
  const half = drainMilliseconds / 2;
  log.info({ drainMilliseconds, calls: openCalls.count() }, 'draining');
  servers.api.endConnections();
  const end = clock.now() + drainMilliseconds;
  await clock.sleep(half);
  refuseCalls();
  const proxyClosed = new Promise<void>((resolve) => servers.proxy.close(() => resolve()));
  servers.canary.close();
  while (openCalls.count() > 0 && clock.now() < end) await clock.sleep(INTERVAL_MILLISECONDS);
  log.info({ calls: openCalls.count() }, 'cutting what is open');
  openCalls.cutAll(refuse('Draining'));
  servers.proxy.closeAllConnections();
  await Promise.all([servers.api.close(), proxyClosed]);
  log.info({}, 'drained');
}
