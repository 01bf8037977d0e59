import { lookup } from 'node:dns/promises';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-message.ts';

/** Resolves a host name. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export interface HostAddressSource {
  /** The addresses that the DNS has for a host. Throws where they were never known. */
  readonly resolve: ResolveHost;
}

export interface HostAddressOptions {
  readonly clock: Clock;
  readonly logger: KubeLogger;
  /** If not set: as the system resolves. */
  readonly resolveHost?: ResolveHost;
}

/** How long an answer is used: it is the same for every tenant. */
const MAX_AGE_MILLISECONDS = 60_000;

export const resolveBySystem: ResolveHost = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** Creates the source; nothing is asked yet. Where the DNS does not answer, what it said last is used. */
export function createHostAddressSource(options: HostAddressOptions): HostAddressSource {
  const { clock, logger, resolveHost = resolveBySystem } = options;
  const known = new Map<string, { readonly addresses: readonly string[]; readonly time: number }>();
  return {
    resolve: async (host) => {
      const last = known.get(host);
      if (last !== undefined && clock.now() - last.time < MAX_AGE_MILLISECONDS) return last.addresses;
      try {
        const addresses = await resolveHost(host);
        if (addresses.length === 0) throw new Error(`"${host}" has no address`);
        known.set(host, { addresses, time: clock.now() });
        return addresses;
      } catch (error) {
        if (last === undefined) throw error;
        logger.warn(
          { host, problem: errorMessage(error) },
          'a host cannot be resolved; what it was last is used',
        );
        return last.addresses;
      }
    },
  };
}
