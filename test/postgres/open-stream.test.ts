import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../testbed/free-port.ts';
import { describePostgres } from '../testbed/postgres/use-postgres.ts';
import { failure, useDatabase } from './use-database.ts';

describePostgres(
  'a server without TLS',
  (postgres) => {
    const open = useDatabase(postgres);

    test('is refused before anything of the login is sent', async () => {
      expect(await failure(open())).toEqual({
        reason: 'Unreachable',
        message: expect.stringContaining('does not offer TLS'),
      });
    });

    const answering = async (
      answer: Buffer | null,
      work: (port: number, received: () => Buffer) => Promise<void>,
    ): Promise<void> => {
      const received: Buffer[] = [];
      const server = createServer((socket) => {
        socket.on('error', () => undefined).on('data', (data: Buffer) => received.push(data));
        if (answer !== null) socket.write(answer);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      await work((server.address() as AddressInfo).port, () => Buffer.concat(received));
      server.close();
    };

    test.for([
      [
        'a yes with more behind it, which nobody has encrypted',
        Buffer.from('SR\0\0\0\x08\0\0\0\0'),
        'does not offer TLS',
      ],
      ['an error of a server that does not know TLS', Buffer.from('EERROR\0'), 'does not offer TLS'],
      ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'does not offer TLS'],
      ['a yes and then no TLS', Buffer.from('S'), 'did not let Cloister log in within 0.2 s'],
      ['nothing', null, 'did not let Cloister log in within 0.2 s'],
    ] as const)('an answer of %s is refused', async ([, answer, text]) => {
      await answering(answer, async (port, received) => {
        const place = { ...postgres.place(), port };
        const { reason, message } = await failure(open({ place, connectMilliseconds: 200 }));
        expect([reason, message]).toEqual(['Unreachable', expect.stringContaining(text)]);
        expect(received().toString('latin1')).not.toContain('postgres');
      });
    });

    test('a port where nothing listens is named', async () => {
      const place = { ...postgres.place(), port: await freePort() };
      expect(await failure(open({ place }))).toEqual({
        reason: 'Unreachable',
        message: `database "postgres" at "127.0.0.1", port ${place.port}: the server cannot be connected to (ECONNREFUSED): check its host, its port and that it listens`,
      });
    });
  },
  { version: 18, settings: { ssl: 'off' } },
);
