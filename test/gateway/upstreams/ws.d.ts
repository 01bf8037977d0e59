/** What the tests use of the package `ws`, which brings no types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { RequestOptions } from 'node:https';
  import type { Socket } from 'node:net';
  import type { Duplex } from 'node:stream';

  export interface SendOptions {
    readonly binary?: boolean;
    readonly fin?: boolean;
  }

  export interface ClientOptions extends RequestOptions {
    readonly maxPayload?: number;
    readonly perMessageDeflate?: boolean;
  }

  export class WebSocket extends EventEmitter {
    readonly protocol: string;
    readonly extensions: string;
    readonly bufferedAmount: number;
    /** The connection itself. */
    readonly _socket: Socket;
    constructor(url: string, protocols: readonly string[], options: ClientOptions);
    send(data: string | Buffer, options?: SendOptions): void;
    ping(data?: string): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
    pause(): void;
    resume(): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: {
      readonly noServer: true;
      readonly maxPayload?: number;
      readonly handleProtocols?: (offered: ReadonlySet<string>) => string | false;
    });
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      onOpen: (webSocket: WebSocket) => void,
    ): void;
  }
}
