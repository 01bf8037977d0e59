import { readFile } from 'node:fs/promises';

/** The ports of a connection over IPv4 in this network namespace. */
export interface ConnectionPorts {
  readonly client: number;
  readonly server: number;
}

/** One end of a connection, as `/proc/net/tcp` has it. */
interface End {
  readonly local: number;
  readonly remote: number;
  readonly unacknowledged: number;
  readonly unread: number;
}

/** `sl local_address rem_address st tx_queue:rx_queue …`, all but the first in hexadecimal digits (proc_net_tcp.txt of Linux). */
const LINE =
  /^ *\d+: [0-9A-F]{8}:([0-9A-F]{4}) [0-9A-F]{8}:([0-9A-F]{4}) [0-9A-F]{2} ([0-9A-F]{8}):([0-9A-F]{8}) /;

/** Reads how many bytes of each connection the kernel has from the server, which the client has not read yet. */
export async function readKernelQueues(): Promise<(connection: ConnectionPorts) => number> {
  return parseKernelQueues(await readFile('/proc/net/tcp', 'latin1'));
}

/** Throws for a connection that is not there. */
export function parseKernelQueues(table: string): (connection: ConnectionPorts) => number {
  const ends = table.split('\n').flatMap((line): End[] => {
    const found = LINE.exec(line)
      ?.slice(1)
      .map((digits) => Number.parseInt(digits, 16));
    if (found === undefined) return [];
    const [local = 0, remote = 0, unacknowledged = 0, unread = 0] = found;
    return [{ local, remote, unacknowledged, unread }];
  });
  const endOf = (local: number, remote: number): End => {
    const end = ends.find((one) => one.local === local && one.remote === remote);
    if (end === undefined) throw new Error(`there is no connection from port ${local} to port ${remote}`);
    return end;
  };
  return ({ client, server }) => endOf(server, client).unacknowledged + endOf(client, server).unread;
}
