import { createKubeClient } from '../kube/client.ts';
import { systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { readConfiguration } from '../operator/configuration.ts';
import { startEnrolment } from '../operator/start-enrolment.ts';
import { closeNow, listenOn } from '../serve/listen.ts';
import { createProbeServer } from '../serve/probes.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'operator', level: configuration.logLevel });
const client = await createKubeClient({
  kubeconfig: configuration.kubeconfig,
  userAgent: 'cloister-operator',
});
const enrolment = startEnrolment({ client, logger: log, clock: systemClock });

let isDraining = false;
const probes = createProbeServer({
  checks: [{ name: 'caches', problem: () => (enrolment.synced() ? null : 'not synced') }],
  isDraining: () => isDraining,
  monotonicNow: () => performance.now(),
});
listenOn(probes, configuration.probePort, configuration.address).catch((error: unknown) => {
  log.fatal({ err: error }, 'the probes cannot be served');
  process.exit(1);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutdown());

async function shutdown(): Promise<void> {
  isDraining = true;
  try {
    await enrolment.stop();
    await closeNow(probes);
    await client.close();
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'shutdown failed');
    process.exit(1);
  }
}
