import { connect, type TLSSocket } from 'node:tls';
import { type HttpAnswer, readAnswer } from './http-answer.ts';

const NOTHING = Buffer.alloc(0);

/** One TLS connection that is kept, with one request under way at a time, as Go's HTTP/1.1 client has it. */
export class KeptConnection {
  readonly #socket: TLSSocket;
  #received: Buffer = NOTHING;
  #waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null = null;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  /** Connects and trusts `authority` (PEM) alone. */
  static async open(url: string, authority: string): Promise<KeptConnection> {
    const { hostname: host, port } = new URL(url);
    const socket = connect({ host, port: Number(port), ca: authority, minVersion: 'TLSv1.3' });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new KeptConnection(socket);
  }

  /** Sends the bytes of a request and gives its answer. */
  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const answer = readAnswer(this.#received);
    if (answer === null) return;
    this.#received = NOTHING;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(answer);
  }
}
