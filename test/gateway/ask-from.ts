import { get } from 'node:https';
import { connect, createServer } from 'node:net';
import { askGateway, type GatewayConnection } from '../../src/gate/ask-gateway.ts';
import { GATE_PROTOCOL, type GateAnswer } from '../../src/lib/gate-protocol.ts';
import { listen } from '../gate/gateway.ts';

/** What the gateway answered. */
export interface RawAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MILLISECONDS = 10_000;

/** Asks as the start gate does, from a source address of the loopback device. */
export async function askFrom(source: string, connection: GatewayConnection): Promise<GateAnswer> {
  const { host, port } = connection;
  const forwarder = createServer((socket) => {
    const onward = connect({ host, port, localAddress: source });
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  const forwarderPort = await listen(forwarder, '127.0.0.1');
  try {
    return await askGateway({ ...connection, host: '127.0.0.1', port: forwarderPort }, TIMEOUT_MILLISECONDS);
  } finally {
    forwarder.close();
  }
}

/** Sends one request from a source address, and returns the answer whatever its status. */
export function requestFrom(
  source: string,
  { host, port, authorities }: GatewayConnection,
  { method = 'GET', path = GATE_PROTOCOL.path }: { readonly method?: string; readonly path?: string } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = get(
      {
        host,
        port,
        localAddress: source,
        method,
        path,
        ca: authorities,
        servername: GATE_PROTOCOL.host,
        agent: false,
        timeout: TIMEOUT_MILLISECONDS,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'],
            body: JSON.parse(text) as RawAnswer['body'],
          }),
        );
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}
