import type { Socket } from 'node:net';
import { type ConnectDestination, decideConnect } from '../../policy/egress/decide-connect.ts';
import { parseAuthority } from '../../policy/egress/parse-authority.ts';
import { checkAddresses, type DecideAddresses, dialChecked } from '../egress/connect-to.ts';
import type { Network } from '../egress/network.ts';
import type { TunnelClock } from '../egress/tunnel-clock.ts';
import { relayTunnel, type Tunnel, type TunnelOutcome } from '../egress/tunnel.ts';
import type { Call, CallOutcome, Operation } from '../pipeline/call.ts';
import { refuse } from '../pipeline/refusal.ts';
import { ESTABLISHED } from './raw-answer.ts';
import { outcomeOfTunnel } from './tunnel-outcome.ts';

/** A CONNECT request as it came. */
export interface ConnectRequest {
  readonly client: Socket;
  /** The target as it came. */
  readonly authority: string;
  readonly head: Buffer;
  readonly malformed: string | null;
}

export interface TunnelServices {
  readonly network: Network;
  readonly decideAddresses: DecideAddresses;
  readonly clock: TunnelClock;
  /** Called when the client was answered and the tunnel begins. Returns what is called with how it ended. */
  readonly onTunnel: (client: Socket) => (outcome: TunnelOutcome) => void;
}

/** A ClientHello, and what a client asks for after it. */
const FIRST_UPLOAD_BYTES = 16 * 1024;

/** A tunnel to a host that the gateway does not read. */
export function createConnectOperation(request: ConnectRequest, services: TunnelServices): Operation {
  const { client, authority, head, malformed } = request;
  const { network, decideAddresses } = services;
  let destination: ConnectDestination | null = null;
  /** What was checked is what is dialled. */
  let checked: readonly string[] = [];
  let connected: string | null = null;
  return {
    event: 'Connect',
    tool: null,
    malformed,
    isReadable: true,
    authorize: ({ policy }) => {
      const { destination: allowed, ...decision } = decideConnect(policy, authority);
      destination = allowed ?? null;
      return decision;
    },
    firstEgressBytes: () => Math.min(FIRST_UPLOAD_BYTES, destination?.maxUploadBytes ?? 0),
    takeRoom: () => null,
    resolve: async (call) => {
      if (destination === null) throw new Error('the destination is not known');
      const result = await checkAddresses(network, destination.host, decideAddresses, call.ended.signal);
      if ('refusal' in result) return refuse(result.refusal.reason, { message: result.refusal.message });
      checked = result.addresses;
      return null;
    },
    dispatch: async (call) => {
      if (destination === null) throw new Error('the destination is not known');
      const result = await dialChecked(network, destination, checked, call.ended.signal);
      if ('refusal' in result) return refuse(result.refusal.reason, { message: result.refusal.message });
      connected = result.address;
      return runTunnel(call, { client, head, upstream: result.socket, destination }, services);
    },
    describe: () => ({
      destination:
        destination === null
          ? askedFor(authority)
          : { host: destination.host, port: destination.port, address: connected },
    }),
  };
}

/** Of a call that is refused: the host as who searches the records writes it, or what came where it is none, without a user. */
function askedFor(authority: string): { readonly host: string; readonly port: number } {
  const parsed = parseAuthority(authority);
  return 'host' in parsed ? parsed : { host: authority.slice(authority.lastIndexOf('@') + 1), port: 0 };
}

/** Answers the client, and relays until the tunnel ends. */
async function runTunnel(
  call: Call,
  tunnel: Pick<Tunnel, 'client' | 'head' | 'upstream' | 'destination'>,
  { clock, onTunnel }: TunnelServices,
): Promise<CallOutcome> {
  const { client } = tunnel;
  client.off('close', call.onClientGone);
  client.write(ESTABLISHED);
  const onEnd = onTunnel(client);
  const outcome = await relayTunnel({
    ...tunnel,
    mayUpload: call.mayLeave,
    signal: call.ended.signal,
    clock,
  });
  onEnd(outcome);
  call.usedBytes = outcome.bytesUp;
  return outcomeOfTunnel(call, outcome);
}
