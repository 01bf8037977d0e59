/** How long connections may take, and how many there may be. */
export interface ConnectionLimits {
  /** From the headers of a request to its response. */
  readonly deadlineMilliseconds: number;
  /** From the first byte of a request to the end of its headers. Also the limit of a TLS handshake. */
  readonly headersMilliseconds: number;
  /** From the first byte of a request to its last; 0: as long as its reader lets it. If not set: what the two above allow. */
  readonly requestMilliseconds?: number;
  /** How long an idle connection is kept open. */
  readonly idleMilliseconds: number;
  /** Open connections. Further ones are dropped. */
  readonly maxConnections: number;
  /** Requests on one connection, which is closed after the last. If not set: any number. */
  readonly maxRequestsPerConnection?: number;
}

/** What one client, or all clients together, may take from a server. */
export interface ServerLimits extends ConnectionLimits {
  /** Size of one request body. */
  readonly maxBodyBytes: number;
  /** Requests in flight. One more is rejected with 503. */
  readonly maxRequestsInFlight: number;
  /** Bytes of all bodies in flight. A body that does not fit is rejected with 503. */
  readonly maxBufferedBytes: number;
}

/** How long a request may last from its first byte to its response, in milliseconds. */
export function maxRequestMilliseconds({
  headersMilliseconds,
  deadlineMilliseconds,
}: Pick<ConnectionLimits, 'headersMilliseconds' | 'deadlineMilliseconds'>): number {
  return headersMilliseconds + deadlineMilliseconds;
}
