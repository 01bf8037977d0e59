import { get } from 'node:https';
import { GATE_PROTOCOL, type GateAnswer } from '../lib/gate-protocol.ts';
import { parseAnswer } from './parse-answer.ts';

/** The gateway and the authority that its certificate must come from. */
export interface GatewayConnection {
  readonly host: string;
  readonly port: number;
  /** PEM. No other authority is trusted, those of the system neither. */
  readonly authorities: string;
}

/**
 * Asks the gateway for the targets of this pod. Throws an UnrecoverableError where it answers 200 with anything else, and
 * an Error where it cannot be asked or does not answer 200, which another attempt may change.
 */
export async function askGateway(
  connection: GatewayConnection,
  timeoutMilliseconds: number,
): Promise<GateAnswer> {
  return parseAnswer(await readAnswer(connection, timeoutMilliseconds));
}

function readAnswer(
  { host, port, authorities }: GatewayConnection,
  timeoutMilliseconds: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (problem: string): void =>
      reject(new Error(`the gateway ${host}:${port} cannot be asked for the targets: ${problem}`));
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const failAsFound = (error: Error): void =>
      fail(signal.aborted ? `no answer in ${timeoutMilliseconds} ms` : error.message);
    const request = get({
      host,
      port,
      path: GATE_PROTOCOL.path,
      servername: GATE_PROTOCOL.host,
      ca: authorities,
      minVersion: 'TLSv1.3',
      headers: { accept: 'application/json' },
      agent: false,
      signal,
    });
    request.on('error', failAsFound);
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        fail(`it answered ${response.statusCode}`);
        request.destroy();
        return;
      }
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes <= GATE_PROTOCOL.maxAnswerBytes) return;
        fail(`its answer is larger than ${GATE_PROTOCOL.maxAnswerBytes} bytes`);
        request.destroy();
      });
      response.on('error', failAsFound);
      response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    });
  });
}
