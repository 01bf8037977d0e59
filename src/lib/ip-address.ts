import { isIP, SocketAddress } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * Returns the one text that an IP address has here: an IPv6 address shortened (RFC 5952), an IPv4-mapped one as IPv4. Returns
 * null for anything else, and for an address with an interface, such as `fe80::1%eth0`.
 */
export function canonicalAddress(text: string): string | null {
  const version = text.includes('%') ? 0 : isIP(text);
  // Node takes an IPv4 address in one form alone: four decimal numbers without leading zeros.
  if (version !== 6) return version === 4 ? text : null;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return MAPPED.exec(address)?.[1] ?? address;
}
