import { Registry } from 'prom-client';
import { createKubeClient } from '../kube/client.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { endOnSignal } from '../serve/end-on-signal.ts';
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
// Null until there is a certificate: no request was accepted before, so none can be lost.
endOnSignal(async () => webhook?.stop(), log);
webhook = await startWebhook({ configuration, client, log, clock: systemClock, registry: new Registry() });
