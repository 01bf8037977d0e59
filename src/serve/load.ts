import type { ServerLimits } from './limits.ts';

/** The requests in flight and the bytes of their bodies. A burst is rejected instead of filling the memory. */
export interface Load {
  /** Admits one request. Returns null when too many are in flight. */
  enter(): LoadSlot | null;
  readonly inFlight: () => number;
}

/** The place of one request in the load. */
export interface LoadSlot {
  /** Takes room for the given bytes. Returns false when there is not enough. */
  reserve(bytes: number): boolean;
  /** Ends the request and returns its room. */
  leave(): void;
}

export function createLoad({
  maxRequestsInFlight,
  maxBufferedBytes,
}: Pick<ServerLimits, 'maxRequestsInFlight' | 'maxBufferedBytes'>): Load {
  let requests = 0;
  let buffered = 0;
  return {
    enter() {
      if (requests >= maxRequestsInFlight) return null;
      requests += 1;
      let reserved = 0;
      return {
        reserve(bytes) {
          if (buffered + bytes > maxBufferedBytes) return false;
          buffered += bytes;
          reserved += bytes;
          return true;
        },
        leave() {
          requests -= 1;
          buffered -= reserved;
        },
      };
    },
    inFlight: () => requests,
  };
}
