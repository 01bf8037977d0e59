import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { GATE_PROTOCOL, type GateCanary } from '../lib/gate-protocol.ts';
import { type Attempt, attemptOfError, CLOSED, OPEN } from './attempt.ts';

/** The network as the start gate uses it. No function throws for what the network does. */
export interface Network {
  /** Opens a connection and closes it. */
  readonly tryTcp: (address: string, port: number, timeoutMilliseconds: number) => Promise<Attempt>;
  /** Sends a DNS query. Any answer is open. */
  readonly tryUdp: (address: string, port: number, timeoutMilliseconds: number) => Promise<Attempt>;
  /** Whether the canary greets. */
  readonly reachCanary: (canary: GateCanary, timeoutMilliseconds: number) => Promise<boolean>;
  /** Whether this process can send a datagram and receive it. The canary shows the same of TCP. */
  readonly canUseUdp: (timeoutMilliseconds: number) => Promise<boolean>;
}

/** A query for the name servers of the root, recursion desired (RFC 1035, section 4.1): every resolver answers it. */
const DNS_QUERY = Buffer.from('c101010000010000000000000000020001', 'hex');

export const systemNetwork: Network = { tryTcp, tryUdp, reachCanary, canUseUdp };

function tryTcp(address: string, port: number, timeoutMilliseconds: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (attempt: Attempt): void => {
      clear();
      socket.destroy();
      resolve(attempt);
    };
    const clear = afterPoll(timeoutMilliseconds, () => end(CLOSED));
    socket.once('connect', () => end(OPEN));
    socket.on('error', (error) => end(attemptOfError(error, address)));
  });
}

function tryUdp(address: string, port: number, timeoutMilliseconds: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let isOver = false;
    const end = (attempt: Attempt): void => {
      if (isOver) return;
      isOver = true;
      clear();
      clearTimeout(second);
      socket.close();
      resolve(attempt);
    };
    const fail = (error: Error | null | undefined): void => {
      if (error !== null && error !== undefined) end(attemptOfError(error, address));
    };
    const send = (): void => void (isOver || socket.send(DNS_QUERY, fail));
    const clear = afterPoll(timeoutMilliseconds, () => end(CLOSED));
    // One datagram may be lost on an open path.
    const second = setTimeout(send, timeoutMilliseconds / 2);
    socket.on('message', () => end(OPEN));
    socket.on('error', fail);
    socket.connect(port, address, ((error?: Error) =>
      error === undefined ? send() : fail(error)) as () => void);
  });
}

function reachCanary(canary: GateCanary, timeoutMilliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: canary.address, port: canary.port });
    let received = '';
    const end = (isReached: boolean): void => {
      clear();
      socket.destroy();
      resolve(isReached);
    };
    const clear = afterPoll(timeoutMilliseconds, () => end(false));
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      if (received.length >= GATE_PROTOCOL.canaryGreeting.length) {
        end(received.startsWith(GATE_PROTOCOL.canaryGreeting));
      }
    });
    socket.on('error', () => end(false));
    socket.on('end', () => end(false));
  });
}

function canUseUdp(timeoutMilliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (isUsable: boolean): void => {
      clear();
      socket.removeAllListeners('message').close();
      resolve(isUsable);
    };
    const clear = afterPoll(timeoutMilliseconds, () => end(false));
    socket.once('message', () => end(true));
    socket.once('error', () => end(false));
    socket.bind(0, '127.0.0.1', () => socket.send(DNS_QUERY, socket.address().port, '127.0.0.1'));
  });
}

/**
 * Runs `work` after so many milliseconds and after the events that are there by then. With little CPU time a process can
 * sleep through a timeout: its timers run first then, and a connection that was completed would look silent.
 * Returns a function that cancels it.
 */
function afterPoll(milliseconds: number, work: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(work);
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
