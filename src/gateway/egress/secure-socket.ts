import { isIP, type Socket } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { errorCode } from '../../lib/error-code.ts';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import { RefusalError } from './egress-refusal.ts';

export interface SecureSocketOptions {
  /** Whose certificates are trusted. Those that Node trusts where it is not set. */
  readonly context: SecureContext | undefined;
  readonly signal: AbortSignal;
  /** How many bytes are read ahead. What Node reads where it is not set. */
  readonly maxBufferedBytes?: number;
}

/** Begins TLS on a connection, and proves that the other side is the host. Throws a RefusalError where it is not. */
export async function secureSocket(
  socket: Socket,
  host: string,
  { context, signal, maxBufferedBytes }: SecureSocketOptions,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const secured = connect({
    socket,
    host,
    // An address has no place in the extension (RFC 6066, section 3); `host` is what the certificate is held against.
    servername: isIP(host) === 0 ? host : '',
    secureContext: context,
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    // Stated, since an environment variable turns the default off.
    rejectUnauthorized: true,
    ...(maxBufferedBytes === undefined ? {} : { highWaterMark: maxBufferedBytes }),
  });
  secured.once('secureConnect', resolve);
  secured.on('error', reject);
  secured.once('close', () => reject(new Error('the connection was closed')));
  try {
    await unlessAborted(promise, signal);
    return secured;
  } catch (error) {
    secured.destroy();
    signal.throwIfAborted();
    const code = errorCode(error) ?? 'closed';
    // An alert is what the other side ended it with. With TLS 1.3 that of a client certificate comes after the handshake.
    const message = code.includes('_ALERT_')
      ? `"${host}" refused TLS with the gateway (${code}). Check whether it requires a client certificate, and which it accepts.`
      : `TLS with "${host}" failed (${code}). Check that its certificate is valid and names the host.`;
    throw new RefusalError('TLSNotEstablished', message, error);
  }
}
