import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate as ParsedCertificate,
} from '@peculiar/x509';
import { expect, test } from 'vitest';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-23T00:00:00Z');
const HOSTS = ['cloister-webhook.cloister-system.svc', '192.0.2.1'];

const authority = await createCertificateAuthority(NOW);
const authorityCertificate = new X509Certificate(authority.certificate);

async function issue(now: number): Promise<X509Certificate> {
  return new X509Certificate((await issueServingCertificate(authority, HOSTS, now)).certificate);
}

test('an authority is valid for a year from an hour ago, and may sign certificates', () => {
  expect(authorityCertificate.validFromDate.getTime()).toBe(NOW - HOUR);
  expect(authorityCertificate.validToDate.getTime()).toBe(NOW + 365 * DAY);
  expect(authorityCertificate.ca).toBe(true);
  expect(authorityCertificate.checkPrivateKey(createPrivateKey(authority.privateKey.reveal()))).toBe(true);
});

test('an authority signs serving certificates and no other authority, which a serving certificate never is', async () => {
  const constraints = (certificate: X509Certificate) =>
    new ParsedCertificate(certificate.toString()).getExtension(BasicConstraintsExtension);
  expect(constraints(authorityCertificate)).toMatchObject({ ca: true, pathLength: 0, critical: true });
  expect(constraints(await issue(NOW))).toMatchObject({ ca: false, critical: true });
});

test('a serving certificate names the key that signed it', async () => {
  const parse = (certificate: X509Certificate) => new ParsedCertificate(certificate.toString());
  const subjectKey = parse(authorityCertificate).getExtension(SubjectKeyIdentifierExtension)?.keyId;
  expect(subjectKey).toMatch(/^[0-9a-f]{40}$/);
  const issuerKey = parse(await issue(NOW)).getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  expect(issuerKey).toBe(subjectKey);
});

test('two authorities have different names and keys, so that no verifier confuses them', async () => {
  const other = new X509Certificate((await createCertificateAuthority(NOW)).certificate);
  expect(other.subject).not.toBe(authorityCertificate.subject);
  expect(other.serialNumber).not.toBe(authorityCertificate.serialNumber);
  expect(other.publicKey.equals(authorityCertificate.publicKey)).toBe(false);
});

test('a serving certificate is valid for 90 days from an hour ago, for its hosts, and signs nothing', async () => {
  const leaf = await issue(NOW);
  expect(leaf.validFromDate.getTime()).toBe(NOW - HOUR);
  expect(leaf.validToDate.getTime()).toBe(NOW + 90 * DAY);
  expect(leaf.subjectAltName).toBe('DNS:cloister-webhook.cloister-system.svc, IP Address:192.0.2.1');
  expect(leaf.ca).toBe(false);
  // id-kp-serverAuth, RFC 5280 section 4.2.1.12
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.verify(authorityCertificate.publicKey)).toBe(true);
  expect(leaf.checkIssued(authorityCertificate)).toBe(true);
});

test('each serving certificate has a key of its own, which is not the key of the authority', async () => {
  const [one, other] = [await issue(NOW), await issue(NOW)];
  expect(one.publicKey.equals(other.publicKey)).toBe(false);
  expect(one.publicKey.equals(authorityCertificate.publicKey)).toBe(false);
  expect(one.serialNumber).not.toBe(other.serialNumber);
});

// RFC 5280 section 6.1: a chain is valid only while each certificate in it is.
test.for([275, 276, 364])('a certificate issued on day %d does not outlive its authority', async (day) => {
  const leaf = await issue(NOW + day * DAY);
  expect(leaf.validToDate.getTime()).toBe(NOW + 365 * DAY);
});

test('serial numbers are positive and 16 bytes long', async () => {
  for (let count = 0; count < 20; count += 1) {
    const serialNumber = (await issue(NOW)).serialNumber;
    expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  }
});
