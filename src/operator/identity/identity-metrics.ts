import type { Registry } from 'prom-client';
import { registerGauge } from '../../serve/metrics.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/** Registers the metrics of identities. Only a replica that leads has them, so that each sandbox is counted once. */
export function registerIdentityMetrics(
  registry: Registry,
  { sandboxes }: Pick<OperatorCaches, 'sandboxes'>,
  isLeader: () => boolean,
): void {
  registerGauge(registry, {
    name: 'cloister_sandboxes_with_logins_left',
    help: 'Sandboxes that have ended or are cut off, and of which a database may still have logins.',
    label: 'namespace',
    *read() {
      const left = (isLeader() ? sandboxes.list() : []).filter(({ status }) =>
        status?.conditions?.some(
          ({ type, reason }) => type === 'CredentialsReady' && reason === 'LoginsLeft',
        ),
      );
      const namespaces = left.map(({ metadata }) => metadata.namespace ?? '');
      for (const namespace of new Set(namespaces))
        yield [namespace, namespaces.filter((one) => one === namespace).length];
    },
  });
}
