import '../../../src/certificates/reflect-metadata.ts';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The testbed's own authority and what it signs. */
export interface TestAuthority {
  /** PEM. */
  readonly certificate: string;
  /** Signs a certificate for a server under these DNS names and addresses. */
  readonly serving: (hosts: readonly string[]) => Promise<KeyPair>;
  /** Signs a certificate for a client, such as `O=system:masters, CN=admin`. */
  readonly client: (subject: string) => Promise<KeyPair>;
}

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const HOUR_MILLISECONDS = 3_600_000;

/** Makes an authority that is trusted by the node and lives for a day. */
export async function createTestAuthority(): Promise<TestAuthority> {
  const keys = await newKeys();
  const own = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=testbed',
    serialNumber: newSerialNumber(),
    ...validity(),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const sign = async (
    subject: string,
    usage: ExtendedKeyUsage,
    hosts: readonly string[],
  ): Promise<KeyPair> => {
    const { publicKey, privateKey } = await newKeys();
    const names = hosts.map((value) => ({
      type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
      value,
    }));
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: own.subject,
      serialNumber: newSerialNumber(),
      ...validity(),
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: SIGNATURE,
      extensions: [
        new ExtendedKeyUsageExtension([usage]),
        ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
      ],
    });
    return { certificate: certificate.toString('pem'), privateKey: toPem(privateKey) };
  };
  return {
    certificate: own.toString('pem'),
    serving: (hosts) => sign(`CN=${hosts[0]}`, ExtendedKeyUsage.serverAuth, hosts),
    client: (subject) => sign(subject, ExtendedKeyUsage.clientAuth, []),
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

function toPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ format: 'pem', type: 'pkcs8' }).toString();
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR_MILLISECONDS), notAfter: new Date(now + 24 * HOUR_MILLISECONDS) };
}

function newSerialNumber(): string {
  // A leading 4 keeps it positive and without a leading zero.
  return `4${randomBytes(16).toString('hex').slice(1)}`;
}
