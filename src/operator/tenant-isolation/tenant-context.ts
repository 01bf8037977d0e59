import type { EventRecorder } from '../../controller/events.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { Clock } from '../../lib/clock.ts';
import type { OperatorConfiguration } from '../configuration.ts';
import type { DatabaseReports } from '../database/database-reports.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { Enrolments } from './enrolments.ts';
import type { GateTargetSource } from './find-gate-targets.ts';
import type { ServiceBlockSource } from './find-service-blocks.ts';
import type { HostAddressSource } from './host-addresses.ts';

/** What the reconciler of tenants reads, what it writes with, and how it is configured. */
export interface TenantContext {
  readonly client: KubeClient;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly caches: OperatorCaches;
  readonly enrolments: Enrolments;
  readonly gateTargets: GateTargetSource;
  readonly serviceBlocks: ServiceBlockSource;
  readonly hostAddresses: HostAddressSource;
  readonly databaseReports: DatabaseReports;
  readonly configuration: Pick<OperatorConfiguration, 'gateway' | 'gate' | 'startGate' | 'apiServerPorts'>;
}
