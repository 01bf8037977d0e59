import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { type IPBlock, parseIPBlock } from './ip-block.ts';
import { parseQuantity } from './quantity.ts';

/** The value of a setting, or what it must be. */
export type SettingResult<T> = { readonly value: T } | { readonly problem: string };

/** Parses the text of a setting. */
export type SettingParser<T> = (text: string) => SettingResult<T>;

type Environment = Readonly<Record<string, string | undefined>>;

/** What a program is started with. */
export interface SettingsSource<Name extends string> {
  /** How messages name the program, for example `webhook`. */
  readonly program: string;
  /** Every setting that the program has. */
  readonly names: readonly Name[];
  /** Those that have no fallback: without one of them the program cannot start. */
  readonly required?: readonly Name[];
  /** Command-line arguments. They win over the environment. */
  readonly parameters: readonly string[];
  readonly environment: Environment;
}

/** Returns the value of one setting, or `fallback` where it is not set. */
export type ReadSetting<Name extends string> = <T>(name: Name, parse: SettingParser<T>, fallback: T) => T;

/**
 * Builds a configuration from flags (`--probe-port=8081`) and environment variables (`CLOISTER_PROBE_PORT`). Throws one
 * error that lists every problem, one a line.
 */
export function readSettings<const Name extends string, T>(
  source: SettingsSource<Name>,
  build: (read: ReadSetting<Name>) => T,
): T {
  const { texts, problems } = collect(source);
  const configuration = build((name, parse, fallback) => {
    const text = texts.get(name);
    if (text === undefined) return fallback;
    const result = parse(text);
    if ('value' in result) return result.value;
    problems.push(`--${name} (or ${environmentName(name)}) is "${text}"; it must be ${result.problem}`);
    return fallback;
  });
  if (problems.length === 0) return configuration;
  throw new Error(`the ${source.program} cannot start:\n${problems.map((line) => `  ${line}`).join('\n')}`);
}

function collect<Name extends string>(source: SettingsSource<Name>) {
  const { names, required = [], parameters, environment } = source;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const parsed = parseArgs({ args: [...parameters], options, strict: false, allowPositionals: true });
  const problems = parsed.positionals.map(
    (text) => `"${text}" is not a flag; write settings as --name=value`,
  );
  const texts = new Map<string, string | undefined>(
    names.map((name) => [name, environment[environmentName(name)]]),
  );
  for (const [name, value] of Object.entries(parsed.values)) {
    if (!texts.has(name)) problems.push(`--${name} is not a setting; the settings are ${names.join(', ')}`);
    else if (typeof value !== 'string') problems.push(`--${name} has no value; write --${name}=value`);
    else texts.set(name, value);
  }
  for (const name of required) {
    if (texts.get(name) === undefined)
      problems.push(`--${name} (or ${environmentName(name)}) is not set; it must be`);
  }
  return { texts, problems };
}

function environmentName(setting: string): string {
  return `CLOISTER_${setting.toUpperCase().replaceAll('-', '_')}`;
}

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function wholeNumber(minimum: number, maximum: number): SettingParser<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum
      ? { value }
      : { problem: `a whole number from ${minimum} to ${maximum}` };
  };
}

export function dnsLabel(text: string): SettingResult<string> {
  return DNS_LABEL.test(text)
    ? { value: text }
    : { problem: 'a DNS label: lower-case letters, digits and -, at most 63 characters' };
}

export function nonEmpty(text: string): SettingResult<string> {
  return text.trim() === '' ? { problem: 'a text that is not empty' } : { value: text };
}

export function oneOf<const T extends string>(...choices: readonly T[]): SettingParser<T> {
  return (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? { problem: `one of ${choices.join(', ')}` } : { value };
  };
}

/** Texts of one kind separated by commas. An empty text is an empty list. */
export function listOf<T>(parse: SettingParser<T>): SettingParser<readonly T[]> {
  return (text) => {
    const results = text.split(',').flatMap((entry) => (entry.trim() === '' ? [] : parse(entry.trim())));
    const wrong = results.find((result) => 'problem' in result);
    if (wrong !== undefined) return { problem: `a list, separated by commas, each ${wrong.problem}` };
    return { value: results.flatMap((result) => ('value' in result ? [result.value] : [])) };
  };
}

/** A Kubernetes quantity above zero, as it is written. */
export function quantity(text: string): SettingResult<string> {
  return (parseQuantity(text) ?? 0n) > 0n
    ? { value: text }
    : { problem: 'a quantity above zero, such as 500m or 256Mi' };
}

/** `ADDRESS:PORT`, or `[ADDRESS]:PORT` for IPv6. Names are not addresses. */
export function socketAddress(
  text: string,
): SettingResult<{ readonly address: string; readonly port: number }> {
  const [, address = '', digits = ''] = /^\[?([^[\]]*)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  return isIP(address) !== 0 && port >= 1 && port <= 65_535
    ? { value: { address, port } }
    : { problem: 'an address and a port, such as 1.1.1.1:443 or [2606:4700:4700::1111]:443' };
}

/** A block of addresses in CIDR notation. */
export function ipBlock(text: string): SettingResult<IPBlock> {
  const value = parseIPBlock(text);
  return value === null ? { problem: 'a block of addresses, such as 203.0.113.0/24' } : { value };
}

/** Image digests separated by commas. An empty text is an empty list. */
export function digests(text: string): SettingResult<readonly string[]> {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  const wrong = entries.find((entry) => !DIGEST.test(entry));
  return wrong === undefined
    ? { value: [...new Set(entries)] }
    : {
        problem: `digests as sha256:<64 hexadecimal digits>, separated by commas; "${wrong}" is not a digest`,
      };
}

/** The host of an `https://host:port` URL without a path. An empty text is null. */
export function httpsHost(text: string): SettingResult<string | null> {
  if (text === '') return { value: null };
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url?.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.username === '';
  return url !== null && isPlain
    ? { value: url.hostname.replace(/^\[|\]$/g, '') }
    : { problem: 'an https:// URL with only a host and a port, as webhook.url of the chart' };
}
