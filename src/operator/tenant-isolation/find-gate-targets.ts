import { SYSTEM_NAMESPACE } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { serverOfPod } from '../../kube/service-account.ts';
import type { GateTarget } from '../../lib/gate-protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { GateSettings } from '../configuration.ts';
import type { ObservedService } from '../observed-objects.ts';
import { gateTargets } from './gate-targets.ts';

export interface GateTargetSource {
  /** What agents must not reach. Throws where a part of it cannot be read: a shorter list would prove less than it says. */
  readonly read: () => Promise<readonly GateTarget[]>;
}

export interface GateTargetOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly settings: GateSettings;
  readonly environment: NodeJS.ProcessEnv;
  /** Reads `/etc/resolv.conf`. */
  readonly readResolverConfiguration: () => Promise<string>;
}

/** How long an answer is used: it is the same for every tenant. */
const MAX_AGE_MILLISECONDS = 60_000;

type EndpointSlice = KubeObject & {
  readonly endpoints?: readonly { readonly addresses?: readonly string[] }[] | null;
  readonly ports?: readonly { readonly port?: number }[] | null;
};

/** Creates the source; nothing is read yet. What is left out is logged when it changes. */
export function createGateTargetSource(options: GateTargetOptions): GateTargetSource {
  const { clock, logger } = options;
  const state: { read: Promise<readonly GateTarget[]> | null; time: number; leftOut: string } = {
    read: null,
    time: 0,
    leftOut: '',
  };
  const read = async (): Promise<readonly GateTarget[]> => {
    const { targets, leftOut } = gateTargets(await find(options));
    const text = JSON.stringify(leftOut);
    if (text !== state.leftOut && leftOut.length > 0) {
      logger.warn({ leftOut }, 'some addresses are no targets of start gates');
    }
    state.leftOut = text;
    if (targets.length > 0) return targets;
    throw new Error('no address was found that start gates can try; set --outside-targets');
  };
  return {
    read: () => {
      if (state.read !== null && clock.now() - state.time < MAX_AGE_MILLISECONDS) return state.read;
      const reading = read();
      state.read = reading;
      state.time = clock.now();
      reading.catch(() => {
        state.read = null;
      });
      return reading;
    },
  };
}

async function find(options: GateTargetOptions): Promise<readonly GateTarget[]> {
  const { settings } = options;
  const [endpoints, dns, webhook] = await Promise.all([
    findEndpoints(options.client),
    findNameServers(options.readResolverConfiguration),
    findWebhook(options.client, settings.webhookService),
  ]);
  const outside = settings.outsideTargets.map((target) => tcp('outside', target.address, target.port));
  return [findServer(options), ...endpoints, ...dns, ...webhook, ...outside];
}

/** The API server as a pod finds it; outside a pod, as the kubeconfig names it. */
function findServer({ client, environment }: GateTargetOptions): GateTarget {
  const { hostname, port } = serverOfPod(environment) ?? new URL(client.server);
  return tcp('api-server', hostname.replace(/^\[|\]$/g, ''), Number(port === '' ? '443' : port));
}

/** The API server keeps the EndpointSlice of its own Service under the name of the Service. */
async function findEndpoints(client: KubeClient): Promise<GateTarget[]> {
  const name = { namespace: 'default', name: 'kubernetes' };
  const { endpoints, ports } = await client.get<EndpointSlice>(resources.endpointSlices, name);
  const addresses = (endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? []);
  const numbers = (ports ?? []).flatMap(({ port }) => (port === undefined ? [] : [port]));
  if (addresses.length === 0 || numbers.length === 0) {
    throw new Error(
      'EndpointSlice default/kubernetes has no addresses: it is not known where the API server is',
    );
  }
  return addresses.flatMap((address) => numbers.map((port) => tcp('api-server-endpoint', address, port)));
}

async function findNameServers(readConfiguration: () => Promise<string>): Promise<GateTarget[]> {
  const text = await readConfiguration();
  const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
  if (servers.length === 0) throw new Error('/etc/resolv.conf names no server: it is not known where DNS is');
  const protocols = ['TCP', 'UDP'] as const;
  return servers.flatMap((address) =>
    protocols.map((protocol) => ({ name: 'cluster-dns', address, port: 53, protocol })),
  );
}

async function findWebhook(client: KubeClient, service: string | null): Promise<GateTarget[]> {
  if (service === null) return [];
  const name = { namespace: SYSTEM_NAMESPACE, name: service };
  const { spec } = await client.get<ObservedService>(resources.services, name);
  const addresses = (spec?.clusterIPs ?? []).filter((address) => address !== 'None');
  if (addresses.length > 0) return addresses.map((address) => tcp('webhook', address, 443));
  throw new Error(
    `Service ${SYSTEM_NAMESPACE}/${service} has no address: it is not known where the webhook is`,
  );
}

function tcp(name: string, address: string, port: number): GateTarget {
  return { name, address, port, protocol: 'TCP' };
}
