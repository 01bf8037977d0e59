import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { nonEmpty, oneOf, readSettings, wholeNumber } from '../lib/settings.ts';

/** The configuration of the seccomp installer. */
export interface InstallerConfiguration {
  /** Where the folder `cloister` of the kubelet's seccomp root is mounted. */
  readonly folder: string;
  /** The address to listen on. Undefined means all addresses. */
  readonly address: string | undefined;
  readonly probePort: number;
  readonly intervalMilliseconds: number;
  readonly logLevel: LogLevel;
}

const SETTINGS = ['folder', 'address', 'probe-port', 'interval-seconds', 'log-level'] as const;

/** Reads the configuration from flags and environment. Throws one error that lists every problem. */
export function readConfiguration(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): InstallerConfiguration {
  const source = { program: 'seccomp-installer', names: SETTINGS, parameters, environment };
  return readSettings(source, (read) => ({
    folder: read('folder', nonEmpty, '/seccomp'),
    address: read<string | undefined>('address', nonEmpty, undefined),
    probePort: read('probe-port', wholeNumber(0, 65_535), 8081),
    intervalMilliseconds: read('interval-seconds', wholeNumber(1, 3600), 60) * 1000,
    logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
  }));
}
