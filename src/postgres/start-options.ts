/**
 * How a session reads and writes, whatever its role and its database are set to. Were `standard_conforming_strings` off, a statement
 * would mean something else here than to the parser that decides about it.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  bytea_output: 'hex',
  // Milliseconds after which a statement ends whose client is gone. If not set: it runs to its end.
  client_connection_check_interval: '1000',
};

/** Returns the settings as the parameter `options` of the start of a session. */
export function startOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries({ ...SETTINGS, ...settings })
    .map(([name, value]) => `-c ${escape(`${name}=${value}`)}`)
    .join(' ');
}

/** The server splits the parameter at spaces that no backslash precedes. */
function escape(text: string): string {
  return text.replaceAll(/[\\\s]/g, String.raw`\$&`);
}
