import { expect, test } from 'vitest';
import { parseKernelQueues } from './kernel-queues.ts';

// Port 8443 is 20FB, and port 40000 is 9C40.
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000007 00:00000000 00000000     0        0 15705537 1 0 100 0 0 10 0
  24: 0100007F:20FB 0101007F:9C40 01 00000400:00000001 04:00000002 00000000     0        0 15705538 2 0 21 4 30 10 -1
 103: 0101007F:9C40 0100007F:20FB 01 00000002:00000200 00:00000000 00000000     0        0 15705539 1 0 21 4 30 10 -1
`;

test('what the server has sent and the client has not read is counted, and nothing of the other direction', () => {
  expect(parseKernelQueues(TABLE)({ client: 40_000, server: 8_443 })).toBe(0x400 + 0x200);
});

test('a connection that is not there is told', () => {
  expect(() => parseKernelQueues(TABLE)({ client: 40_001, server: 8_443 })).toThrow(
    'no connection from port 8443 to port 40001',
  );
});
