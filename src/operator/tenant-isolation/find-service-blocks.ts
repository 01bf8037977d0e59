import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-message.ts';
import type { ObservedService } from '../observed-objects.ts';
import { blockOf } from './cluster-blocks.ts';

export interface ServiceBlockSource {
  /** The blocks that addresses of Services are in, in CIDR notation. Throws where they cannot be read. */
  readonly read: () => Promise<readonly string[]>;
}

export interface ServiceBlockOptions {
  readonly client: Pick<KubeClient, 'list'>;
  readonly logger: KubeLogger;
  readonly clock: Clock;
}

/** How long an answer is used: it is the same for every tenant. */
const MAX_AGE_MILLISECONDS = 60_000;

type ServiceCIDR = KubeObject & { readonly spec?: { readonly cidrs?: readonly string[] } };

/** Creates the source; nothing is read yet. */
export function createServiceBlockSource(options: ServiceBlockOptions): ServiceBlockSource {
  const { clock } = options;
  let last: { readonly reading: Promise<readonly string[]>; readonly time: number } | null = null;
  return {
    read: () => {
      if (last !== null && clock.now() - last.time < MAX_AGE_MILLISECONDS) return last.reading;
      const reading = find(options);
      last = { reading, time: clock.now() };
      reading.catch(() => (last = null));
      return reading;
    },
  };
}

/** An API server may be started without ServiceCIDRs; the addresses that Services have are known then, and not those to come. */
async function find({ client, logger }: ServiceBlockOptions): Promise<readonly string[]> {
  try {
    const { items } = await client.list<ServiceCIDR>(resources.serviceCIDRs);
    const blocks = items.flatMap(({ spec }) => spec?.cidrs ?? []);
    if (blocks.length > 0) return blocks;
  } catch (error) {
    if (!isKubeError(error, 'NotFound', 'Forbidden')) throw error;
    logger.warn({ problem: errorMessage(error) }, 'ServiceCIDRs cannot be read; Services are read instead');
  }
  const { items } = await client.list<ObservedService>(resources.services);
  return items.flatMap(({ spec }) => spec?.clusterIPs ?? []).flatMap(blockOf);
}
