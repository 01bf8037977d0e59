import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { nonEmpty, oneOf, readSettings, wholeNumber } from '../lib/settings.ts';

/** The configuration of the operator. */
export interface OperatorConfiguration {
  /** The address to listen on. Undefined means all addresses. */
  readonly address: string | undefined;
  readonly probePort: number;
  /** Path of a kubeconfig. Undefined means $KUBECONFIG, ~/.kube/config or the pod's ServiceAccount, in this order. */
  readonly kubeconfig: string | undefined;
  readonly logLevel: LogLevel;
}

const SETTINGS = ['address', 'probe-port', 'kubeconfig', 'log-level'] as const;

/** Reads the configuration from flags and environment. Throws one error that lists every problem. */
export function readConfiguration(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): OperatorConfiguration {
  const source = { program: 'operator', names: SETTINGS, parameters, environment };
  return readSettings(source, (read) => ({
    address: read<string | undefined>('address', nonEmpty, undefined),
    probePort: read('probe-port', wholeNumber(0, 65_535), 8081),
    kubeconfig: read<string | undefined>('kubeconfig', nonEmpty, undefined),
    logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
  }));
}
