import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { answerQuery, type DNSZone, readQuestion } from '../../testbed/dns-answer.ts';

export interface DNSServer {
  readonly address: string;
  /** Names that were asked for, as they came. */
  readonly asked: string[];
}

/** A server of DNS over UDP on loopback. A name that is not there does not exist. */
export async function startDNSServer(zone: DNSZone): Promise<DNSServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    asked.push(readQuestion(query).name);
    const answer = answerQuery(query, zone);
    if (answer !== null) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}
