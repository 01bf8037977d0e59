import './reflect-metadata.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { Secret } from '../lib/secret.ts';
import type { ServingCertificate } from '../serve/https-server.ts';
import { AUTHORITY_LIFETIME, BACKDATING, SERVING_LIFETIME } from './lifetimes.ts';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const USES: readonly ['sign', 'verify'] = ['sign', 'verify'];

/** A certificate authority, in PEM. */
export interface CertificateAuthority {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: Secret;
}

/** Whose certificates they are, as their names say. */
export type CertifiedProgram = 'webhook' | 'gateway';

/** Creates an authority that signs only serving certificates (path length 0). `now` in milliseconds since 1970. */
export async function createCertificateAuthority(
  now: number,
  program: CertifiedProgram = 'webhook',
): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, USES);
  const serialNumber = newSerialNumber();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    // The name differs each time, so that a verifier does not confuse two authorities in one bundle.
    name: `CN=cloister ${program} CA ${serialNumber.slice(0, 8)}`,
    serialNumber,
    ...validity(now, now + AUTHORITY_LIFETIME),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: toPem(certificate), privateKey: await exportKey(keys.privateKey) };
}

/** Issues a serving certificate with a new key for DNS names and IP addresses. It never outlives its authority. */
export async function issueServingCertificate(
  authority: CertificateAuthority,
  hosts: readonly string[],
  now: number,
  program: CertifiedProgram = 'webhook',
): Promise<ServingCertificate> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(KEY, true, USES);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=cloister ${program}`,
    issuer: issuer.subject,
    serialNumber: newSerialNumber(),
    ...validity(now, Math.min(now + SERVING_LIFETIME, issuer.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.privateKey),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: toPem(certificate), privateKey: await exportKey(keys.privateKey) };
}

function validity(now: number, end: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - BACKDATING), notAfter: new Date(end) };
}

/** 16 random bytes, positive and without a leading zero (RFC 5280 §4.1.2.2). */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<Secret> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
}

async function importKey(pem: Secret): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem.reveal()).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), KEY, false, ['sign']);
}
