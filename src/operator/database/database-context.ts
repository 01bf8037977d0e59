import type { EventRecorder } from '../../controller/events.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { Clock } from '../../lib/clock.ts';
import type { StaticLogins } from '../../vault/static-logins.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { HostAddressSource } from '../tenant-isolation/host-addresses.ts';
import type { DatabaseIsolation } from './database-isolation.ts';
import type { DatabaseReports } from './database-reports.ts';
import type { ConnectAddress } from './find-addresses.ts';

/** What the reconciler of databases reads, what it writes with, and how it reaches databases. */
export interface DatabaseContext {
  readonly client: KubeClient;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly caches: OperatorCaches;
  readonly isolation: DatabaseIsolation;
  /** Null where the operator has no Vault. */
  readonly staticLogins: StaticLogins | null;
  readonly hostAddresses: HostAddressSource;
  readonly connectAddress: ConnectAddress;
  readonly databaseReports: DatabaseReports;
  /** Called when the report of a tenant has changed. */
  readonly onReport: (tenant: string) => void;
  /** How long a proof is one. */
  readonly probeMilliseconds: number;
}

/** How a database of a tenant is reached. */
export type DatabaseReach = Omit<DatabaseContext, 'onReport' | 'probeMilliseconds'>;
