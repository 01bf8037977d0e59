import { createServer } from 'node:http';
import { createKubeClient } from '../kube/client.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { readConfiguration } from '../operator/configuration.ts';
import { startEnrolment } from '../operator/start-enrolment.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'operator', level: configuration.logLevel });
const client = await createKubeClient({
  kubeconfig: configuration.kubeconfig,
  userAgent: 'cloister-operator',
});
const enrolment = startEnrolment({ client, logger: log, clock: systemClock });

const probes = createServer((request, response) => {
  const isReady = request.url === '/livez' || (request.url === '/readyz' && enrolment.synced());
  response.writeHead(isReady ? 200 : 503, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(isReady ? 'ok\n' : 'caches: not synced\n');
});
probes.once('error', (error) => {
  log.fatal({ err: error }, 'the probes cannot be served');
  process.exit(1);
});
probes.listen({ port: configuration.probePort, host: configuration.address });

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutdown());

async function shutdown(): Promise<void> {
  try {
    await enrolment.stop();
    probes.close();
    await client.close();
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'shutdown failed');
    process.exit(1);
  }
}
