import { GATEWAY, systemNamespaceOf } from '../api/names.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { dnsLabel, nonEmpty, oneOf, readSettings, wholeNumber } from '../lib/settings.ts';

/** The configuration of the gateway. */
export interface GatewayConfiguration {
  /** The address to listen on. Undefined means all addresses. */
  readonly address: string | undefined;
  /** 0 lets the system choose. */
  readonly ports: {
    readonly api: number;
    readonly canary: number;
    readonly probes: number;
    readonly metrics: number;
  };
  /** Path of a kubeconfig. Undefined means $KUBECONFIG, ~/.kube/config or the pod's ServiceAccount, in this order. */
  readonly kubeconfig: string | undefined;
  readonly tenant: string;
  /** The system namespace of the tenant. */
  readonly namespace: string;
  /** Holds `tls.crt` and `tls.key`. */
  readonly certificateFolder: string;
  readonly drainMilliseconds: number;
  readonly logLevel: LogLevel;
}

const SETTINGS = [
  'address',
  'api-port',
  'canary-port',
  'probe-port',
  'metrics-port',
  'kubeconfig',
  'tenant',
  'namespace',
  'certificate-folder',
  'drain-seconds',
  'log-level',
] as const;

/** Reads the configuration from flags and environment. Throws one error that lists every problem. */
export function readConfiguration(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): GatewayConfiguration {
  const source = {
    program: 'gateway',
    names: SETTINGS,
    required: ['tenant'] as const,
    parameters,
    environment,
  };
  const port = wholeNumber(0, 65_535);
  return readSettings(source, (read) => {
    const tenant = read('tenant', dnsLabel, '');
    return {
      address: read<string | undefined>('address', nonEmpty, undefined),
      ports: {
        api: read('api-port', port, GATEWAY.apiPort),
        canary: read('canary-port', port, GATEWAY.canaryPort),
        probes: read('probe-port', port, GATEWAY.probePort),
        metrics: read('metrics-port', port, GATEWAY.metricsPort),
      },
      kubeconfig: read<string | undefined>('kubeconfig', nonEmpty, undefined),
      tenant,
      namespace: read('namespace', dnsLabel, systemNamespaceOf(tenant)),
      certificateFolder: read('certificate-folder', nonEmpty, '/etc/cloister-gateway'),
      drainMilliseconds: read('drain-seconds', wholeNumber(0, 600), 5) * 1000,
      logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
    };
  });
}
