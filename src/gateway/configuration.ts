import { GATEWAY, systemNamespaceOf } from '../api/names.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import type { IPBlock } from '../lib/ip-block.ts';
import { dnsLabel, ipBlock, listOf, nonEmpty, oneOf, readSettings, wholeNumber } from '../lib/settings.ts';
import { readVaultAddress, VAULT_ADDRESS_SETTINGS } from '../vault/read-vault-settings.ts';
import type { VaultSettings } from '../vault/vault-settings.ts';

/** The configuration of the gateway. */
export interface GatewayConfiguration {
  /** The address to listen on. Undefined means all addresses. */
  readonly address: string | undefined;
  /** 0 lets the system choose. */
  readonly ports: {
    readonly proxy: number;
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
  /** Of this gateway. Each gives its share of every limit. */
  readonly replicas: number;
  /** Blocks of addresses that agents may not reach, beside those that are not public and those of the cluster. */
  readonly deniedAddresses: readonly IPBlock[];
  readonly audit: {
    /** The name of this replica in records: that of its pod. */
    readonly replica: string;
    /** Where records are kept. Null: nowhere, and then no call is made that must be on disk first. */
    readonly folder: string | null;
    /** Holds the tenant's key for arguments. Null: no arguments are recorded. */
    readonly keyFolder: string | null;
    /** Whether records go to standard output as well. */
    readonly standardOutput: 'On' | 'Off';
    readonly retentionDays: number;
  };
  /** Where Vault is. Null: not used, and credentials that are bound to it are not attached. */
  readonly vault: Pick<VaultSettings, 'address' | 'authorityFile'> | null;
  readonly logLevel: LogLevel;
}

const SETTINGS = [
  'address',
  'proxy-port',
  'api-port',
  'canary-port',
  'probe-port',
  'metrics-port',
  'kubeconfig',
  'tenant',
  'namespace',
  'certificate-folder',
  'drain-seconds',
  'replicas',
  'denied-addresses',
  'audit-replica',
  'audit-folder',
  'audit-key-folder',
  'audit-standard-output',
  'audit-retention-days',
  ...VAULT_ADDRESS_SETTINGS,
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
        proxy: read('proxy-port', port, GATEWAY.proxyPort),
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
      replicas: read('replicas', wholeNumber(1, 100), 1),
      deniedAddresses: read<readonly IPBlock[]>('denied-addresses', listOf(ipBlock), []),
      audit: {
        replica: read('audit-replica', nonEmpty, environment['HOSTNAME'] ?? 'gateway'),
        folder: read<string | null>('audit-folder', nonEmpty, null),
        keyFolder: read<string | null>('audit-key-folder', nonEmpty, null),
        standardOutput: read('audit-standard-output', oneOf('On', 'Off'), 'Off'),
        retentionDays: read('audit-retention-days', wholeNumber(1, 3_650), 365),
      },
      vault: readVaultAddress(read),
      logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
    };
  });
}
