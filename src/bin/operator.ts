import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createKubeClient } from '../kube/client.ts';
import { steadyClock, systemClock } from '../lib/clock.ts';
import { createLog } from '../lib/log.ts';
import { readConfiguration } from '../operator/configuration.ts';
import { endOperator } from '../operator/release/end-operator.ts';
import { startOperator } from '../operator/start-operator.ts';
import { closeNow, listenOn } from '../serve/listen.ts';
import { createMetricsServer } from '../serve/metrics.ts';
import { createProbeServer } from '../serve/probes.ts';
import { openVault, readVaultAuthority } from '../vault/open-vault.ts';
import { orExit } from './or-exit.ts';

const configuration = orExit(() => readConfiguration(process.argv.slice(2), process.env));
const log = createLog({ program: 'operator', level: configuration.logLevel });
const client = await createKubeClient({
  kubeconfig: configuration.kubeconfig,
  userAgent: 'cloister-operator',
});
// A second operator would make again what a release takes away.
if (configuration.release) await endOperator({ client, logger: log, clock: systemClock });

const vault = configuration.vault === null ? null : await openVault(configuration.vault, systemClock);
const gateway = await withVault(configuration.gateway);

const registry = new Registry();
collectDefaultMetrics({ register: registry });
const operator = startOperator({
  client,
  registry,
  instance: hostname(),
  identity: `${hostname()}_${randomUUID()}`,
  logger: log,
  clock: systemClock,
  steadyClock,
  configuration: { ...configuration, gateway },
  vault: vault?.identities ?? null,
  staticLogins: vault?.staticLogins ?? null,
  environment: process.env,
  readResolverConfiguration: () => readFile('/etc/resolv.conf', 'utf8'),
});

let isDraining = false;
const probes = createProbeServer({
  checks: operator.checks,
  isDraining: () => isDraining,
  monotonicNow: () => performance.now(),
});
const metrics = createMetricsServer(registry);
const { address, probePort, metricsPort } = configuration;
serve(listenOn(probes, probePort, address), 'the probes cannot be served');
serve(listenOn(metrics, metricsPort, address), 'the metrics cannot be served');

// A release that is asked to end before its time has not released everything.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void shutdown(configuration.release ? 1 : 0));

if (configuration.release) {
  operator.whenReleased().then(
    () => {
      log.info({}, 'everything that was made for tenants is away');
      return shutdown(0);
    },
    () => undefined,
  );
}

/** Gateways trust Vault by what the operator does. */
async function withVault(settings: typeof configuration.gateway): Promise<typeof configuration.gateway> {
  if (settings === null || configuration.vault === null) return settings;
  const { address: vaultAddress, authorityFile } = configuration.vault;
  return {
    ...settings,
    vault: { address: vaultAddress, authority: await readVaultAuthority(authorityFile) },
  };
}

function serve(listening: Promise<unknown>, failure: string): void {
  listening.catch((error: unknown) => {
    log.fatal({ err: error }, failure);
    process.exit(1);
  });
}

async function shutdown(code: number): Promise<void> {
  isDraining = true;
  try {
    await operator.stop();
    await Promise.all([closeNow(probes), closeNow(metrics), vault?.close()]);
    await client.close();
    process.exit(code);
  } catch (error) {
    log.fatal({ err: error }, 'shutdown failed');
    process.exit(1);
  }
}
