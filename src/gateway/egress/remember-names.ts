import type { Network } from './network.ts';

/** As long as the records of most APIs say. What was resolved is decided about for each call. */
const REMEMBERED_MILLISECONDS = 30_000;
/** Roles and tenants name hosts, and agents do not. */
const MAX_NAMES = 1_024;

export interface RememberNamesOptions {
  readonly network: Network;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
}

/** Asks the DNS once for many calls, so that their connections can be used again. */
export function rememberNames({ network, monotonicNow }: RememberNamesOptions): Network {
  const known = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>();
  return {
    dial: (address, port, signal) => network.dial(address, port, signal),
    resolve: async (name, signal) => {
      const now = monotonicNow();
      const remembered = known.get(name);
      if (remembered !== undefined && remembered.until > now) return remembered.addresses;
      const addresses = await network.resolve(name, signal);
      if (known.size >= MAX_NAMES) known.clear();
      known.set(name, { addresses, until: now + REMEMBERED_MILLISECONDS });
      return addresses;
    },
  };
}
