// The gateway as it is shipped, but for three things that are played: the API server, the world outside and whose certificates
// are trusted there, and how long the disk takes for a sync. The first parameter says how, as JSON; all others are flags of the
// gateway.
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { Registry } from 'prom-client';
import type { AuditFileHandle } from '../../../src/audit/file-sink.ts';
import { readConfiguration } from '../../../src/gateway/configuration.ts';
import { startGateway } from '../../../src/gateway/start-gateway.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { endOnSignal } from '../../../src/serve/end-on-signal.ts';
import type { GatewayReport, PlayedParts } from './gateway-side.ts';
import { mapNetwork } from './mapped-network.ts';
import { playAPIServer } from './played-api-server.ts';

const [parts = '', ...flags] = process.argv.slice(2);
const { servers, upstreamAuthority, durability, syncMilliseconds, reportPort } = JSON.parse(
  parts,
) as PlayedParts;
const configuration = readConfiguration(flags, {});
const log = createLog({ program: 'gateway', level: configuration.logLevel });
const upstreamSockets: Socket[] = [];
let syncs = 0;

createServer((_request, response) => {
  const report: GatewayReport = {
    syncs,
    upstreamBytesRead: upstreamSockets.map(({ bytesRead }) => bytesRead),
  };
  response.setHeader('Connection', 'close');
  response.end(JSON.stringify(report));
}).listen(reportPort, '127.0.0.1');

const gateway = await startGateway({
  configuration,
  client: playAPIServer(durability),
  log,
  clock: systemClock,
  registry: new Registry(),
  network: mapNetwork(servers, (socket) => upstreamSockets.push(socket)),
  secureContext: createSecureContext({ ca: upstreamAuthority }),
  createAuditFile,
});
endOnSignal(gateway.stop, log);

/** Creates a file of the audit whose syncs are counted, and take as long as they must. */
async function createAuditFile(path: string): Promise<AuditFileHandle> {
  const handle = await open(path, 'wx', 0o640);
  return {
    write: (bytes, offset, length, position) => handle.write(bytes, offset, length, position),
    datasync: async () => {
      syncs += 1;
      const least = syncMilliseconds === 0 ? undefined : delay(syncMilliseconds);
      await Promise.all([handle.datasync(), least]);
    },
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}
