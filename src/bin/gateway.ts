import { Registry } from 'prom-client';
import { readConfiguration } from '../gateway/configuration.ts';
import { createSystemNetwork } from '../gateway/egress/system-network.ts';
import { type RunningGateway, startGateway } from '../gateway/start-gateway.ts';
import { createKubeClient } from '../kube/client.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { endOnSignal } from '../serve/end-on-signal.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'gateway', level: configuration.logLevel });
const client = await createKubeClient({
  kubeconfig: configuration.kubeconfig,
  userAgent: 'cloister-gateway',
});

let gateway: RunningGateway | null = null;
// Null until there is a certificate: nothing was served before.
endOnSignal(async () => gateway?.stop(), log);
gateway = await startGateway({
  configuration,
  client,
  log,
  clock: systemClock,
  registry: new Registry(),
  network: createSystemNetwork(),
});
