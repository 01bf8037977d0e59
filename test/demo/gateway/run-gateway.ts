// The gateway as it is shipped, but for the world outside: the variable OUTSIDE says where names and public addresses lead on
// this machine. The shipped program has nothing of the kind.
import { createSecureContext } from 'node:tls';
import { Registry } from 'prom-client';
import { readConfiguration } from '../../../src/gateway/configuration.ts';
import type { Network } from '../../../src/gateway/egress/network.ts';
import { createSystemNetwork } from '../../../src/gateway/egress/system-network.ts';
import { startGateway } from '../../../src/gateway/start-gateway.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { endOnSignal } from '../../../src/serve/end-on-signal.ts';
import type { Outside } from './serve-outside.ts';

const configuration = readConfiguration(process.argv.slice(2), {});
const outside = JSON.parse(process.env['OUTSIDE'] ?? '') as Outside;
const log = createLog({ program: 'gateway', level: configuration.logLevel });
const gateway = await startGateway({
  configuration,
  client: await createKubeClient({ kubeconfig: configuration.kubeconfig }),
  log,
  clock: systemClock,
  registry: new Registry(),
  network: mapNetwork(outside),
  secureContext: createSecureContext({ ca: outside.authority }),
});
endOnSignal(gateway.stop, log);

/** Leads names and public addresses to servers of this machine. */
function mapNetwork({ names, ports }: Outside): Network {
  const system = createSystemNetwork();
  const asked = new Map<string, number>();
  return {
    resolve: (name) => {
      const answers = names[name] ?? [];
      const turn = asked.get(name) ?? 0;
      asked.set(name, turn + 1);
      // The last answer stays.
      const addresses = answers[Math.min(turn, answers.length - 1)];
      return addresses === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(addresses);
    },
    dial: (address, _port, signal) => {
      const port = ports[address];
      return port === undefined
        ? Promise.reject(new Error('ECONNREFUSED'))
        : system.dial('127.0.0.1', port, signal);
    },
  };
}
