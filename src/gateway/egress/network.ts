import type { Socket } from 'node:net';

/**
 * The world outside. Everything that leaves goes through this port, so that what was decided about is what is dialled. Tests
 * map public addresses to local servers here: no flag of the program loosens the address rules.
 */
export interface Network {
  /**
   * Returns every address that the DNS has for a name, IPv4 and IPv6. The name is absolute: search domains are never tried.
   * Rejects where there is none, where there are too many, or where the servers do not answer in time.
   */
  resolve(name: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Connects to an IP address, never to a name. The socket may be half closed. Rejects where the connection fails. */
  dial(address: string, port: number, signal: AbortSignal): Promise<Socket>;
}
