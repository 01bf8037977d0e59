import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { CERTIFICATE_AUTHORITY, GATEWAY, PROXY_SECRET } from '../../../src/api/names.ts';
import { wireEnvironment } from '../../../src/policy/harden/wire-environment.ts';
import type { SDKEnvironment } from '../../../src/policy/upstreams/sdk-environment.ts';
import { listen } from '../../gate/gateway.ts';
import type { ProxyAccess } from '../proxy-client.ts';

/** What a program in a pod of a sandbox has in its environment, at a port of this machine. */
export interface PodEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

export interface PodPlace {
  /** Where the files of certificates are written. */
  readonly folder: string;
  /** Whose certificate the gateway shows, in PEM. */
  readonly authority: string;
  /** The port at which the gateway serves upstreams, by the name `localhost`. */
  readonly apiPort?: number;
  /** Of the upstreams of the role. */
  readonly environments?: readonly SDKEnvironment[];
}

/**
 * Returns the environment that the operator gives to a container, for a program outside of a pod: the same variables, with the
 * gateway and the files of certificates where they are here. What it connects to comes from the source address of the pod.
 */
export async function startPodEnvironment(
  { port, from, secret }: ProxyAccess,
  { folder, authority, apiPort, environments = [] }: PodPlace,
): Promise<PodEnvironment> {
  const forwarders = [forwardFrom(from, port), forwardFrom(from, apiPort ?? 0)] as const;
  const own = await listen(forwarders[0], '127.0.0.1');
  const ownAPI = await listen(forwarders[1], '127.0.0.1');
  writeFileSync(join(folder, CERTIFICATE_AUTHORITY.key), authority);
  writeFileSync(join(folder, CERTIFICATE_AUTHORITY.bundleKey), [...rootCertificates, authority].join('\n'));
  const wiring = { secret: 'cloister-proxy-s-agent', hasCertificates: true, environments };
  const inPod = wireEnvironment([], wiring) ?? [];
  const here = (value: string): string =>
    value
      .replaceAll(`$(${PROXY_SECRET.environmentVariable})`, secret ?? '')
      .replaceAll(`${GATEWAY.name}:${GATEWAY.proxyPort}`, `127.0.0.1:${own}`)
      .replaceAll(`${GATEWAY.name}:${GATEWAY.apiPort}`, `localhost:${ownAPI}`)
      .replaceAll(CERTIFICATE_AUTHORITY.mountPath, folder);
  const variables = inPod.map(({ name = '', value = secret ?? '' }): [string, string] => [name, here(value)]);
  return {
    variables: Object.fromEntries(variables),
    stop: () => forwarders.forEach((forwarder) => forwarder.close()),
  };
}

/** Clients cannot choose their source address. */
export function forwardFrom(localAddress: string, port: number): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    const onward = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true });
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
}
