import { parseArgs } from 'node:util';
import { LOG_LEVELS } from '../lib/log.ts';
import {
  digests,
  dnsLabel,
  httpsHost,
  nonEmpty,
  oneOf,
  type SettingParser,
  wholeNumber,
} from '../lib/settings.ts';
import { isLoopbackHost } from './is-loopback-host.ts';
import { DEFAULT_LIMITS } from '../serve/limits.ts';
import type { WebhookConfiguration } from './webhook-configuration.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that can be made, as a flag or in the environment; the flag wins. */
const SETTINGS = [
  'address',
  'port',
  'probe-port',
  'metrics-port',
  'kubeconfig',
  'namespace',
  'service-name',
  'url',
  'operator-user',
  'start-gate-digests',
  'drain-seconds',
  'deadline-milliseconds',
  'reviews-in-flight',
  'log-level',
] as const;
type Setting = (typeof SETTINGS)[number];

/** The operator's user in an installation with the chart's names. */
const OPERATOR = (namespace: string): string => `system:serviceaccount:${namespace}:cloister-operator`;

/** Name of a setting in the environment, for example `CLOISTER_PROBE_PORT` for `--probe-port`. */
export function environmentName(setting: string): string {
  return `CLOISTER_${setting.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * Reads the configuration from arguments and environment. Throws one error that lists everything that is wrong, each
 * line with the flag, what was found and what may be there.
 */
export function readConfiguration(
  parameters: readonly string[],
  environment: Environment,
): WebhookConfiguration {
  const { given, problems } = collect(parameters, environment);
  function read<T>(setting: Setting, parse: SettingParser<T>, fallback: T): T {
    const text = given[setting];
    if (text === undefined) return fallback;
    const result = parse(text);
    if ('value' in result) return result.value;
    problems.push(`--${setting} (or ${environmentName(setting)}) is "${text}"; it must be ${result.problem}`);
    return fallback;
  }
  const port = wholeNumber(0, 65_535);
  const namespace = read('namespace', dnsLabel, 'cloister-system');
  const service = read('service-name', dnsLabel, 'cloister-webhook');
  const external = read('url', httpsHost, null);
  const configuration: WebhookConfiguration = {
    address: read<string | undefined>('address', nonEmpty, undefined),
    ports: {
      reviews: read('port', port, 9443),
      probes: read('probe-port', port, 8081),
      metrics: read('metrics-port', port, 9090),
    },
    kubeconfig: read<string | undefined>('kubeconfig', nonEmpty, undefined),
    namespace,
    hosts: hostsOf(service, namespace, external),
    offersHttp2: external !== null && isLoopbackHost(external),
    admission: {
      operatorUser: read('operator-user', nonEmpty, OPERATOR(namespace)),
      startGateDigests: read('start-gate-digests', digests, []),
    },
    drainMilliseconds: read('drain-seconds', wholeNumber(0, 600), 10) * 1000,
    limits: {
      ...DEFAULT_LIMITS,
      deadlineMilliseconds: read(
        'deadline-milliseconds',
        wholeNumber(100, 29_000),
        DEFAULT_LIMITS.deadlineMilliseconds,
      ),
      reviewsInFlight: read('reviews-in-flight', wholeNumber(1, 10_000), DEFAULT_LIMITS.reviewsInFlight),
    },
    logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
  };
  if (problems.length > 0)
    throw new Error(`the webhook cannot start:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  return configuration;
}

function hostsOf(service: string, namespace: string, external: string | null): string[] {
  const inside = [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`];
  return external === null ? inside : [external, ...inside];
}

function collect(
  parameters: readonly string[],
  environment: Environment,
): { given: Partial<Record<Setting, string>>; problems: string[] } {
  const options = Object.fromEntries(SETTINGS.map((setting) => [setting, { type: 'string' as const }]));
  const parsed = parseArgs({ args: [...parameters], options, strict: false, allowPositionals: true });
  const problems = parsed.positionals.map(
    (text) => `"${text}" is no flag; settings are written --name=value`,
  );
  const given: Partial<Record<Setting, string>> = {};
  for (const setting of SETTINGS) given[setting] = environment[environmentName(setting)];
  for (const [name, value] of Object.entries(parsed.values)) {
    const setting = SETTINGS.find((known) => known === name);
    if (setting === undefined) problems.push(`--${name} is unknown; known are ${SETTINGS.join(', ')}`);
    else if (typeof value !== 'string') problems.push(`--${name} needs a value`);
    else given[setting] = value;
  }
  return { given, problems };
}
