import { destination as writeTo, type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Levels from the most to the least talkative. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Never written, wherever a field of that name stands in the first two levels: environments and arguments of agents,
 * and what a credential is usually called. A net; what is secret is not given to a logger to begin with.
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
 * Lines are written together: a write for each would cost more than the line. What is not written when a program ends
 * is written then. When nobody reads, lines beyond the bound are dropped rather than kept.
 */
const STANDARD_OUTPUT = {
  dest: 1,
  sync: false,
  minLength: 12_288,
  periodicFlush: 200,
  maxLength: 8 * 1024 * 1024,
} as const;

/** What a logger is made from. `destination` is standard output unless given. */
export interface LogOptions {
  readonly program: string;
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}

/** A structured log: one JSON line an event, a constant message and fields. */
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
