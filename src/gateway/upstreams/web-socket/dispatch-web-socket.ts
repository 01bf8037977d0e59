import type { Duplex } from 'node:stream';
import type { Reason } from '../../../policy/reasons.ts';
import { endSoon, UpgradeResponse } from '../../../serve/upgrade-response.ts';
import type { Call, CallOutcome } from '../../pipeline/call.ts';
import type { UpstreamConnection } from '../connections.ts';
import { failed, headersOf, limitTime, told } from '../dispatch-request.ts';
import { placeOf, type SentTraffic } from '../send-request.ts';
import { type Around, MAX_HEAD_BYTES, requestOf, type UpstreamState } from '../upstream-state.ts';
import { encodeFrame, OPCODES } from './frame-reader.ts';
import { relayWebSocket } from './relay-web-socket.ts';
import { acceptOf, shakeHands } from './shake-hands.ts';

/** Begins the WebSocket that was decided, relays it until it ends, and says how it ended. */
export async function dispatchWebSocket(
  call: Call,
  { incoming, services, state }: Around,
): Promise<CallOutcome> {
  const request = requestOf(state);
  const { by, destination } = state;
  const { response } = incoming;
  if (destination === null || by === null) throw new Error('the destination is not known');
  if (!(response instanceof UpgradeResponse)) throw new Error('the connection cannot be taken');
  const { rule, host, maxMilliseconds } = request.upstream;
  const carried: Carried = { state, response, traffic: { ...NO_TRAFFIC }, ...NOTHING };
  const { traffic } = carried;
  const time = limitTime(call, maxMilliseconds, host);
  try {
    const place = placeOf(services, {
      request,
      destination,
      owner: by.sandboxUID ?? by.podUID,
      certificate: state.credential.certificate,
    });
    carried.connection = await services.connections.open(place, time.signal);
    await carry(call, carried, time.signal);
    count(carried);
    return { succeeded: true, reason: 'Answered', ...told(traffic) };
  } catch (error) {
    count(carried);
    carried.connection?.destroy();
    const outcome = failed(call, { error, rule, traffic, refusal: null });
    carried.reason = outcome.refusal?.reason ?? 'CallCut';
    return outcome;
  } finally {
    if (carried.agent !== null && !carried.isClosed) closeAgent(carried.agent, carried.reason);
    time.end();
    state.address = traffic.address;
    call.usedBytes = traffic.bytesUp;
  }
}

/** A WebSocket as far as it has come. */
interface Carried {
  readonly state: UpstreamState;
  readonly response: UpgradeResponse;
  readonly traffic: SentTraffic;
  connection: UpstreamConnection | null;
  /** Set when the agent was told that its WebSocket has begun. */
  agent: Duplex | null;
  /** Whether one side has closed it, and not the gateway. */
  isClosed: boolean;
  /** Why the gateway closes it. */
  reason: Reason;
}

const NOTHING = Object.freeze({ connection: null, agent: null, isClosed: false, reason: 'Fault' });
const NO_TRAFFIC: SentTraffic = Object.freeze({ bytesUp: 0, bytesDown: 0, address: null, status: null });

function count({ traffic, connection }: Carried): void {
  if (connection !== null) Object.assign(traffic, connection.traffic(), { address: connection.address });
}

async function carry(call: Call, carried: Carried, signal: AbortSignal): Promise<void> {
  const { state, response, traffic, connection } = carried;
  const { upstream, target, webSocket } = requestOf(state);
  if (connection === null || webSocket === null) throw new Error('the handshake is not known');
  const { socket, protocol } = await shakeHands({
    ...upstream,
    connection,
    target,
    headers: headersOf(state),
    protocols: webSocket.protocols,
    signal,
    onStatus: (status) => (traffic.status = status),
  });
  const agent = response.take();
  carried.agent = agent;
  agent.write(answerTo(webSocket.key, protocol));
  await relayWebSocket({
    agent,
    upstream: socket,
    host: upstream.host,
    forms: state.credential.forms,
    idleMilliseconds: upstream.idleMilliseconds,
    mayLeave: (bytes) => call.mayLeave(MAX_HEAD_BYTES + bytes),
    received: () => connection.traffic().bytesDown,
    onAgentGone: call.onClientGone,
    signal,
  });
  carried.isClosed = true;
  socket.once('close', connection.destroy);
  endSoon(agent);
  endSoon(socket);
}

/** Nothing else of what the upstream has answered goes on. */
function answerTo(key: string, protocol: string | null): string {
  const chosen = protocol === null ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  return `${head}Sec-WebSocket-Accept: ${acceptOf(key)}\r\n${chosen}\r\n`;
}

/** RFC 6455, section 7.4.1. */
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

const CODES: Readonly<Partial<Record<Reason, number>>> = {
  Draining: GOING_AWAY,
  RequestMalformed: PROTOCOL_ERROR,
  RequestTooLarge: MESSAGE_TOO_BIG,
  ResponseTooLarge: MESSAGE_TOO_BIG,
  ResponseBroken: INTERNAL_ERROR,
  ResponseTimedOut: INTERNAL_ERROR,
  Fault: INTERNAL_ERROR,
};

/** Tells the agent why its WebSocket is cut, and ends its connection. Frames are written whole, so that another may follow. */
function closeAgent(agent: Duplex, reason: Reason): void {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(CODES[reason] ?? POLICY_VIOLATION, 0);
  payload.write(reason, 2);
  if (agent.writable) agent.write(encodeFrame(OPCODES.close, true, payload));
  endSoon(agent);
}
