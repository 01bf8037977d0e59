import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { GATE_PROTOCOL, type GateTarget, type NodePorts } from '../../src/lib/gate-protocol.ts';

/** What a gateway of the tests does. */
export interface GatewayInput {
  /** Where it listens; 127.0.0.1 by default. */
  readonly address?: string;
  /** A free one by default. */
  readonly port?: number;
  readonly targets?: readonly GateTarget[];
  /** `Refuse` by default. */
  readonly nodePorts?: NodePorts;
  /** The answer in place of the list: its status and body. */
  readonly answer?: () => { readonly status: number; readonly body: string };
  /** What the canary sends; null for a canary that is not there. */
  readonly greeting?: string | null;
  /** Called when the canary is reached for the first time. */
  readonly onFirstCanary?: () => void;
}

export interface RunningGateway {
  readonly port: number;
  /** PEM of the authority that its certificate comes from. */
  readonly authorities: string;
  /** How often it was asked. */
  readonly asked: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a gateway as the start gate sees one. */
export async function startGateway(input: GatewayInput): Promise<RunningGateway> {
  const {
    address = '127.0.0.1',
    targets = [],
    nodePorts = 'Refuse',
    greeting = GATE_PROTOCOL.canaryGreeting,
  } = input;
  const canary = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(greeting ?? '');
  });
  canary.once('connection', () => input.onFirstCanary?.());
  const canaryPort = await listen(canary, address);
  if (greeting === null) await close(canary);
  const body = JSON.stringify({ format: 1, nodePorts, targets, canary: { address, port: canaryPort } });
  const answer = input.answer ?? (() => ({ status: 200, body }));
  const authority = await createCertificateAuthority(Date.now());
  const serving = await issueServingCertificate(authority, [GATE_PROTOCOL.host], Date.now());
  let asked = 0;
  const server = createHttpsServer(
    { cert: serving.certificate, key: serving.privateKey.reveal() },
    (request, response) => {
      asked += 1;
      const { status, body: text } =
        request.url === GATE_PROTOCOL.path ? answer() : { status: 404, body: '' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    },
  );
  const port = await listen(server, address, input.port);
  return {
    port,
    authorities: authority.certificate,
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections();
      await close(server);
      await close(canary);
    },
  };
}

/** Listens at a free port, or at one that is given, and returns it. */
export function listen(server: Server, address: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}
