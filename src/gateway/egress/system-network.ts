import { NODATA, NOTFOUND, promises as dns } from 'node:dns';
import { createConnection, isIP, type Socket } from 'node:net';
import { errorCode } from '../../lib/error-code.ts';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import type { Network } from './network.ts';

export interface SystemNetworkOptions {
  /** Addresses of DNS servers, with a port where it is not 53. Those of resolv.conf where it is not set. */
  readonly dnsServers?: readonly string[];
}

/** Answers of one type that are looked at. A name with more is refused, since some would go unchecked. */
const MAX_ADDRESSES = 64;

/** Per server and try. c-ares doubles it with each try. */
const DNS_MILLISECONDS = 1_500;
const DNS_TRIES = 2;

/** How much longer the second type may take: some servers never answer when they are asked for AAAA (RFC 4074). */
const SECOND_ANSWER_MILLISECONDS = 500;

/** The real network. */
export function createSystemNetwork({ dnsServers }: SystemNetworkOptions = {}): Network {
  // It speaks to the servers itself: no search domains, no file of hosts, and no reading of "0x7f.1" as an address, all of
  // which getaddrinfo has.
  const resolver = new dns.Resolver({ timeout: DNS_MILLISECONDS, tries: DNS_TRIES });
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  return {
    resolve: async (name, signal) => {
      const absolute = name.endsWith('.') ? name : `${name}.`;
      const answers = [resolver.resolve6(absolute), resolver.resolve4(absolute)];
      return unlessAborted(mergeAnswers(name, answers), signal);
    },
    dial: dialAddress,
  };
}

async function mergeAnswers(
  name: string,
  answers: readonly Promise<readonly string[]>[],
): Promise<readonly string[]> {
  const settled: (PromiseSettledResult<readonly string[]> | null)[] = answers.map(() => null);
  const all = answers.map(async (answer, index) => {
    [settled[index]] = await Promise.allSettled([answer]);
    // Nothing found is an answer like any other, but not one to hurry for.
    if (settled[index]?.status === 'rejected') throw settled[index].reason;
  });
}
