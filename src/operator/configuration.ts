import { parseArgs } from 'node:util';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';

/** How an installation runs the operator. */
export interface OperatorConfiguration {
  /** All addresses where it is undefined. */
  readonly address: string | undefined;
  readonly probePort: number;
  /** Path of a kubeconfig; undefined for $KUBECONFIG, ~/.kube/config, then the pod's ServiceAccount. */
  readonly kubeconfig: string | undefined;
  readonly logLevel: LogLevel;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SETTINGS = ['address', 'probe-port', 'kubeconfig', 'log-level'] as const;

/** Reads flags, and the environment (`CLOISTER_PROBE_PORT`) where a flag is absent. Throws one error that lists all that is wrong. */
export function readConfiguration(
  parameters: readonly string[],
  environment: Environment,
): OperatorConfiguration {
  const options = Object.fromEntries(SETTINGS.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...parameters], options });
  const setting = (name: (typeof SETTINGS)[number]): string | undefined =>
    values[name] ?? environment[`CLOISTER_${name.toUpperCase().replaceAll('-', '_')}`];
  const port = setting('probe-port') ?? '8081';
  const level = setting('log-level') ?? 'info';
  const logLevel = LOG_LEVELS.find((known) => known === level);
  const problems: string[] = [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    problems.push(`--probe-port is "${port}"; it must be a whole number from 0 to 65535`);
  }
  if (logLevel === undefined)
    problems.push(`--log-level is "${level}"; it must be one of ${LOG_LEVELS.join(', ')}`);
  if (problems.length > 0) throw new Error(`the operator cannot start:\n  ${problems.join('\n  ')}`);
  return {
    address: setting('address'),
    probePort: Number(port),
    kubeconfig: setting('kubeconfig'),
    logLevel: logLevel ?? 'info',
  };
}
