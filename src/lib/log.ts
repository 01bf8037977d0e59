import { destination as writeTo, type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Levels from the most to the least verbose. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Fields that are redacted in the first two levels of a line: environments and arguments of agents, and the usual names of
 * credentials. This is a second line of defence: a secret is a `Secret` (secret.ts) and is not logged in the first place.
 */
const REDACTED = [
  'env',
  'args',
  'arguments',
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'privateKey',
  'object',
  'oldObject',
].flatMap((field) => [field, `*.${field}`]);

/**
 * Lines are written in batches, and the last batch when the program ends. Where standard output is not read, lines beyond
 * `maxLength` bytes are dropped.
 */
const STANDARD_OUTPUT = {
  dest: 1,
  sync: false,
  minLength: 12_288,
  periodicFlush: 200,
  maxLength: 8 * 1024 * 1024,
} as const;

/** `destination` is standard output where it is not set. */
export interface LogOptions {
  readonly program: string;
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}

/** Creates a structured log: one JSON line an event, with a constant message and fields. */
export function createLog({ program, level, destination }: LogOptions): Logger {
  const options = {
    level,
    base: { program },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
  };
  return pino(options, destination ?? writeTo(STANDARD_OUTPUT));
}
