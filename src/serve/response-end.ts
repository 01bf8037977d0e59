import type { ServerResponse } from 'node:http';

/** Calls `then` once when a response has ended: all of it was taken by the client, or the client is gone. */
export function onceEnded(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.once('close', then);
}

/** Ends the connection of a response that the client has not taken in time. A client that reads slowly keeps it in memory too. */
export function endUnread(response: ServerResponse, milliseconds: number): void {
  if (response.closed) return;
  const end = setTimeout(() => response.destroy(), milliseconds);
  response.once('close', () => clearTimeout(end));
}
