/** What a server of the bench does with a connection; each is a port of its own. */
export type ServerKind = 'echo' | 'source' | 'sink' | 'upstream';

/** The port of each server on 127.0.0.1. */
export type ServerPorts = Readonly<Record<ServerKind, number>>;

/** Hosts that the role allows, one rule each; the role may have 128. */
export const ECHO_HOST_COUNT = 100;
export const SOURCE_HOST = 'download.source.example.com';
export const SINK_HOST = 'upload.sink.example.com';
/** Where the gateway calls for an agent. */
export const UPSTREAM_HOST = 'api.upstream.example.com';
/** It leads to a server, but the role does not allow it. */
export const REFUSED_HOST = 'refused.echo.example.com';

/** The addresses that the names have. They are public ones, since the gateway's rules for addresses hold in the bench. */
const ADDRESSES: Readonly<Record<ServerKind, string>> = {
  echo: '93.184.215.14',
  source: '93.184.215.15',
  sink: '93.184.215.16',
  upstream: '93.184.215.17',
};

/** The hosts of the server that sends back what it is sent. */
export function echoHosts(): readonly string[] {
  return Array.from({ length: ECHO_HOST_COUNT }, (_, index) => `host-${index}.echo.example.com`);
}

/** Returns which server a host of the bench is; null for every other host. */
export function kindOfHost(host: string): ServerKind | null {
  const kind = /^[a-z0-9-]+\.(echo|source|sink|upstream)\.example\.com$/.exec(host)?.[1];
  return (kind as ServerKind | undefined) ?? null;
}

/** Returns the public address of a host of the bench, in a list as a resolver gives it; an empty list for every other host. */
export function resolveHost(host: string): readonly string[] {
  const kind = kindOfHost(host);
  return kind === null ? [] : [ADDRESSES[kind]];
}

/** Returns the local port that stands for a public address. Throws for an address that no host of the bench has. */
export function portOfAddress(address: string, ports: ServerPorts): number {
  const kind = (Object.keys(ADDRESSES) as ServerKind[]).find((one) => ADDRESSES[one] === address);
  if (kind === undefined) throw new Error(`no server of the bench has the address ${address}`);
  return ports[kind];
}
