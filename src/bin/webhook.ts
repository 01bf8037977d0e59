import { Registry } from 'prom-client';
import { createKubeClient } from '../kube/client.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { readConfiguration } from '../webhook/configuration.ts';
import { type RunningWebhook, startWebhook } from '../webhook/start-webhook.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'webhook', level: configuration.logLevel });
const client = await createKubeClient({
  kubeconfig: configuration.kubeconfig,
  userAgent: 'cloister-webhook',
});

let webhook: RunningWebhook | null = null;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutdown());
webhook = await startWebhook({ configuration, client, log, clock: systemClock, registry: new Registry() });

async function shutdown(): Promise<void> {
  try {
    // Null until there is a certificate: no request was accepted before, so none can be lost.
    await webhook?.stop();
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'shutdown failed');
    process.exit(1);
  }
}
