import { parseHost, type TextProblem } from './parse-host.ts';

/** A host in canonical form with a port, or why the text is none. */
export type ParsedAuthority =
  | { readonly host: string; readonly port: number }
  | { readonly problem: TextProblem };

const AUTHORITY = /^(.*):([^:\]]*)$/s;
/** No sign, no leading zero: what one program reads as octal or cuts to 16 bits, another dials. */
const PORT = /^[1-9]\d{0,4}$/;
const MAX_PORT = 65_535;

const NO_PORT: TextProblem = {
  required: 'must be a host, a colon and a port',
  fix: 'Add the port, such as ":443".',
};
const BAD_PORT: TextProblem = {
  required: `must have a port from 1 to ${MAX_PORT}, in digits without leading zeros`,
  fix: 'Correct the port.',
};

const SCHEME = /^[a-z]{1,16}:\/\//i;

/** Reads the target of a CONNECT as it came: `host:port`, and nothing else. */
export function parseAuthority(text: string): ParsedAuthority {
  const [scheme] = SCHEME.exec(text) ?? [];
  if (scheme !== undefined) return { problem: { ...NO_PORT, fix: `Remove "${scheme}".` } };
  const [, name, digits = ''] = AUTHORITY.exec(text) ?? [];
  if (name === undefined) {
    const parsed = parseHost(text);
    return 'problem' in parsed ? parsed : { problem: NO_PORT };
  }
  const parsed = parseHost(name);
  if ('problem' in parsed) return parsed;
  const port = Number(digits);
  if (!PORT.test(digits) || port > MAX_PORT) return { problem: BAD_PORT };
  return { host: parsed.host, port };
}
