// The operator as it is shipped, but for the world outside: the variable OUTSIDE says where names and private addresses lead on this
// machine. The shipped program has nothing of the kind.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import { createSystemNetwork } from '../../../src/gateway/egress/system-network.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { steadyClock, systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { readConfiguration } from '../../../src/operator/configuration.ts';
import { startOperator } from '../../../src/operator/start-operator.ts';
import { endOnSignal } from '../../../src/serve/end-on-signal.ts';
import { closeNow, listenOn } from '../../../src/serve/listen.ts';
import { createProbeServer } from '../../../src/serve/probes.ts';
import { openVault } from '../../../src/vault/open-vault.ts';
import type { Outside } from '../gateway/serve-outside.ts';

const configuration = readConfiguration(process.argv.slice(2), {});
const { names, ports } = JSON.parse(process.env['OUTSIDE'] ?? '') as Outside;
const log = createLog({ program: 'operator', level: configuration.logLevel });
const client = await createKubeClient({ kubeconfig: configuration.kubeconfig });
const vault = configuration.vault === null ? null : await openVault(configuration.vault, systemClock);
const system = createSystemNetwork();
const operator = startOperator({
  client,
  registry: new Registry(),
  instance: hostname(),
  identity: randomUUID(),
  logger: log,
  clock: systemClock,
  steadyClock,
  configuration,
  vault: vault?.identities ?? null,
  staticLogins: vault?.staticLogins ?? null,
  environment: {},
  readResolverConfiguration: () => readFile('/etc/resolv.conf', 'utf8'),
  resolveHost: (host) => Promise.resolve([...(names[host]?.[0] ?? [])]),
  connectAddress: (address, port, signal) => system.dial('127.0.0.1', ports[address] ?? port, signal),
});
const probes = createProbeServer({
  checks: operator.checks,
  isDraining: () => false,
  monotonicNow: () => performance.now(),
});
await listenOn(probes, configuration.probePort, configuration.address);
endOnSignal(async () => {
  await operator.stop();
  await Promise.all([closeNow(probes), vault?.close()]);
  await client.close();
}, log);
