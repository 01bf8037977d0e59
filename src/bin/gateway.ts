import { Registry } from 'prom-client';
import { readConfiguration } from '../gateway/configuration.ts';
import { type RunningGateway, startGateway } from '../gateway/start-gateway.ts';
import { createKubeClient } from '../kube/client.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'gateway', level: configuration.logLevel });
const client = await createKubeClient({
  kubeconfig: configuration.kubeconfig,
  userAgent: 'cloister-gateway',
});

let gateway: RunningGateway | null = null;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutdown());
gateway = await startGateway({ configuration, client, log, clock: systemClock, registry: new Registry() });

async function shutdown(): Promise<void> {
  try {
    // Null until there is a certificate: nothing was served before.
    await gateway?.stop();
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'shutdown failed');
    process.exit(1);
  }
}
