import type { ClientHello, HelloProblem } from './client-hello.ts';
import type { EgressRefusal } from './egress-refusal.ts';

/** What the hello of a tunnel is held against. */
export interface HelloRule {
  /** Canonical host of the CONNECT request. */
  readonly host: string;
  /** `Tolerate` for clients that send the extension to every host, as browsers do. */
  readonly encryptedClientHello: 'Refuse' | 'Tolerate';
}

/** Null where the tunnel may go on. The name outside is held to also where an encrypted part is tolerated. */
export function refuseHello(hello: ClientHello | HelloProblem, rule: HelloRule): EgressRefusal | null {
  const { host, encryptedClientHello } = rule;
  if ('problem' in hello) {
    return refusal(
      host,
      `what the client sent is not a TLS ClientHello: ${hello.problem}. Only TLS may pass.`,
    );
  }
  const { serverName, isEncrypted } = hello;
  if (serverName === null) {
    return refusal(host, 'its ClientHello names no server. Turn on server name indication in the client.');
  }
  if (serverName !== host) {
    return refusal(host, `its ClientHello names "${serverName}". Connect to the host that is meant.`);
  }
  if (!isEncrypted || encryptedClientHello === 'Tolerate') return null;
  return {
    reason: 'EncryptedClientHello',
    message: `The tunnel to "${host}" is refused: its ClientHello is encrypted in part. Turn encrypted client hello off in the client, or set encryptedClientHello: Tolerate for this host in the role.`,
  };
}

function refusal(host: string, why: string): EgressRefusal {
  return { reason: 'HelloRefused', message: `The tunnel to "${host}" is refused: ${why}` };
}
