import { BasicConstraintsExtension, X509Certificate, X509CertificateGenerator } from '@peculiar/x509';
import { createPrivateKey, webcrypto } from 'node:crypto';
import type { CertificateAuthority } from '../../src/certificates/issue.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;
const DAY = 86_400_000;

/** Values of a credential with the type `ClientCertificate`. */
export interface IssuedClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface IssueClientCertificateOptions {
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Not set: P-256. */
  readonly rsaBits?: number;
}

/** Issues a certificate for a name, valid today where nothing else is said. */
export async function issueClientCertificate(
  { certificate, privateKey }: CertificateAuthority,
  name: string,
  { notBefore = Date.now() - DAY, notAfter = Date.now() + DAY, rsaBits }: IssueClientCertificateOptions = {},
): Promise<IssuedClientCertificate> {
  const keys = await webcrypto.subtle.generateKey(
    rsaBits === undefined ? EC : { ...RSA, modulusLength: rsaBits },
    true,
    ['sign', 'verify'],
  );
  const der = createPrivateKey(privateKey.reveal()).export({ format: 'der', type: 'pkcs8' });
  const issued = await X509CertificateGenerator.create({
    // Of one length, so that a name decides where the key is in the certificate.
    serialNumber: '01',
    subject: `CN=${name}`,
    issuer: new X509Certificate(certificate).subject,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), EC, false, ['sign']),
    signingAlgorithm: EC,
    extensions: [new BasicConstraintsExtension(false)],
  });
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    certificate: issued.toString('pem'),
    privateKey: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
