import { expect, test } from 'vitest';
import { exchange } from './bad-input/exchange.ts';
import { checkBadInput, useBadInput } from './bad-input/use-bad-input.ts';

// A sample of `npm run test:faults`.
const gateway = useBadInput();

test('300 bad requests are refused with reasons, and leave nothing open', { timeout: 120_000 }, () =>
  checkBadInput(gateway, { requests: 300, seed: 1924 }),
);

test.for(['proxy', 'api'] as const)(
  'clients of the %s that never end their headers are ended',
  async (server) => {
    const authorities = server === 'api' ? { authorities: gateway.authority.certificate } : {};
    const target = { port: gateway.ports[server], from: gateway.access.from, ...authorities };
    const start = Buffer.from('CONNECT allowed.example.com:443 HTTP/1.1\r\nX-A: ');
    const replies = await Promise.all(Array.from({ length: 16 }, () => exchange(target, start, 'Trickle')));
    // Each is told, or is ended by the limit of its address: none is kept.
    for (const { status } of replies) expect([400, 429, null]).toContain(status);
  },
);
