/** Counts what an upstream sends against what of it was of use. */
export interface WireOverhead {
  /** Called for each piece of a body that is passed on. */
  readonly passed: (bytes: number) => void;
  readonly stop: () => void;
}

/** Some heads of 16 KiB, and what was read ahead of an agent that is slow. */
const FIXED_BYTES = 512 * 1_024;
/** A chunk and a record of TLS for each piece, with what a server may well add to them. */
const BYTES_OF_PIECE = 512;
/** Of what is in a piece that came in many. */
const FRAMING_PART = 8;
const INTERVAL_MILLISECONDS = 250;

/**
 * Watches the bytes that arrive for one response, and calls `onTooMuch` once where they are many more than its body needs: chunk
 * extensions, trailers, interim responses and records of TLS are counted by nobody else. The body itself has no bound but time.
 */
export function watchOverhead(received: () => number, onTooMuch: () => void): WireOverhead {
  const before = received();
  let allowed = FIXED_BYTES;
  const interval = setInterval(() => {
    if (received() - before <= allowed) return;
    clearInterval(interval);
    onTooMuch();
  }, INTERVAL_MILLISECONDS);
  return {
    passed: (bytes) => (allowed += bytes + bytes / FRAMING_PART + BYTES_OF_PIECE),
    stop: () => clearInterval(interval),
  };
}
