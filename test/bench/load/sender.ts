import { KeptConnection } from './kept-connection.ts';
import { prepareRequests, type PreparedRequest } from './prepared-request.ts';
import type { Target } from './target.ts';

/** A target with its open connections and its requests in a ring. */
export class Sender {
  readonly requests: readonly PreparedRequest[];
  readonly connections: readonly KeptConnection[];
  #next = 0;

  private constructor(requests: readonly PreparedRequest[], connections: readonly KeptConnection[]) {
    this.requests = requests;
    this.connections = connections;
  }

  static async open(target: Target, connections: number): Promise<Sender> {
    const opened: KeptConnection[] = [];
    while (opened.length < connections) opened.push(await KeptConnection.open(target.url, target.authority));
    return new Sender(prepareRequests(target), opened);
  }

  /** Takes the next request of the ring. */
  take(): PreparedRequest {
    const request = this.requests[this.#next % this.requests.length];
    this.#next += 1;
    if (request === undefined) throw new Error('there is nothing to send');
    return request;
  }

  /** Sends one request and checks its answer; a wrong one ends the bench. */
  async send(connection: KeptConnection, request: PreparedRequest): Promise<void> {
    const complaint = request.complain(await connection.send(request.bytes));
    if (complaint !== null) throw new Error(complaint);
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }
}
