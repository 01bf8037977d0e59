import { createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCertificateAuthority } from '../../../src/certificates/issue.ts';
import { createClientCertificates } from '../../../src/gateway/upstreams/client-certificate.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { type IssuedClientCertificate, issueClientCertificate } from '../../build/client-certificate.ts';

const DAY = 86_400_000;
const NOW = Date.now();
const authority = await createCertificateAuthority(NOW);
const issue = (name: string, rsaBits?: number): Promise<IssuedClientCertificate> =>
  issueClientCertificate(authority, name, rsaBits === undefined ? {} : { rsaBits });
const robot = await issue('robot');
const other = await issue('other');
const rsa = await issue('rsa', 2_048);
const short = await issue('short', 1_024);

const valuesOf = (texts: IssuedClientCertificate) => ({
  certificate: new Secret(texts.certificate),
  privateKey: new Secret(texts.privateKey),
});
const exportAs = (type: 'pkcs1' | 'sec1', pem: string): string =>
  createPrivateKey(pem).export({ format: 'pem', type }).toString();
const never = new AbortController().signal;
const read = (texts: IssuedClientCertificate, now = NOW) =>
  createClientCertificates()({ values: valuesOf(texts), ended: never }, now);

test.for<readonly [string, IssuedClientCertificate]>([
  ['of an elliptic curve', robot],
  ['of an elliptic curve in the form of SEC 1', { ...robot, privateKey: exportAs('sec1', robot.privateKey) }],
  ['of RSA', rsa],
  ['of RSA in the form of PKCS #1', { ...rsa, privateKey: exportAs('pkcs1', rsa.privateKey) }],
  ['with that of its authority behind it', withBehind(robot, authority.certificate)],
  [
    'with text around it',
    { certificate: `a robot\n${robot.certificate}\n`, privateKey: `\n${robot.privateKey}\n` },
  ],
])('a certificate is read: %s', ([, texts]) => {
  const found = read(texts);
  if ('problem' in found) throw new Error(found.problem.required);
  expect(found.chain).toContain('-----BEGIN CERTIFICATE-----');
  expect(found.forms.length).toBeGreaterThan(0);
  // The last whole line, which holds no modulus.
  expect(found.forms).toContain(texts.privateKey.trim().split('\n').at(-3));
});

const KEY = 'must be PEM of one private key, which is not encrypted';
const CERTIFICATE = 'must be PEM of a certificate, and behind it those of its authorities';

test.for<readonly [string, IssuedClientCertificate, string, string]>([
  [
    'with the key of another',
    { ...robot, privateKey: other.privateKey },
    'privateKey',
    'must be the key of the certificate',
  ],
  ['with an encrypted key', { ...robot, privateKey: encrypt(robot.privateKey) }, 'privateKey', KEY],
  ['with a key that is cut off', { ...robot, privateKey: robot.privateKey.slice(0, 90) }, 'privateKey', KEY],
  ['with a key of other bytes', { ...robot, privateKey: garble(robot.privateKey) }, 'privateKey', KEY],
  ['with a certificate as its key', { ...robot, privateKey: robot.certificate }, 'privateKey', KEY],
  ['with an empty key', { ...robot, privateKey: '' }, 'privateKey', KEY],
  ['that is a key', { ...robot, certificate: robot.privateKey }, 'certificate', CERTIFICATE],
  ['that is broken', { ...robot, certificate: garble(robot.certificate) }, 'certificate', CERTIFICATE],
  ['with a broken one behind it', withBehind(robot, garble(robot.certificate)), 'certificate', CERTIFICATE],
  ['with a key that is too short', short, 'certificate', 'must be strong enough for TLS, with its key'],
])('a certificate is not read: %s', ([, texts, value, required]) => {
  const found = read(texts);
  expect(found).toEqual({ problem: { value, required } });
  const lines = texts.privateKey.split('\n').filter((line) => /^[\w+/=]{8,}$/.test(line));
  for (const line of lines) expect(JSON.stringify(found)).not.toContain(line);
});

test('a certificate is looked at anew each time for whether it is valid, and read once', () => {
  const values = valuesOf(robot);
  const readOne = createClientCertificates();
  const at = (now: number) => readOne({ values, ended: never }, now);
  expect(at(NOW)).toBe(at(NOW + 1));
  const required = (now: number) => {
    const found = at(now);
    return 'problem' in found ? found.problem.required : null;
  };
  expect(required(NOW + 2 * DAY)).toMatch(/^must be valid, and has expired at \d{4}-/);
  expect(required(NOW - 2 * DAY)).toMatch(/^must be valid, and is so from \d{4}-/);
  expect(required(NOW)).toBe(null);
});

test('values that are read anew are another certificate, and so are those that were wiped', () => {
  const readOne = createClientCertificates();
  const idOf = (values: ReturnType<typeof valuesOf>, ended: AbortSignal) => {
    const found = readOne({ values, ended }, NOW);
    return 'problem' in found ? found.problem.required : found.id;
  };
  const [values, ending] = [valuesOf(robot), new AbortController()];
  const ids = [idOf(values, ending.signal), idOf(valuesOf(robot), never)];
  ending.abort();
  ids.push(idOf(values, ending.signal), idOf(values, ending.signal));
  expect(new Set(ids).size).toBe(4);
});

// Base64 writes the same bytes in three ways, by where they begin.
test.for(['r', 'rs', 'rsa'])(
  'what is public of a key is no form of it: in the certificate of %s',
  async (name) => {
    const texts = await issue(name, 2_048);
    const found = read(texts);
    if ('problem' in found) throw new Error(found.problem.required);
    const der = texts.certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
    for (const form of found.forms) expect(der).not.toContain(form);
  },
);

function withBehind(texts: IssuedClientCertificate, behind: string): IssuedClientCertificate {
  return { ...texts, certificate: `${texts.certificate}\n${behind}` };
}

function encrypt(pem: string): string {
  const how = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
  return createPrivateKey(pem).export(how).toString();
}

function garble(pem: string): string {
  return pem.replace(/\n\w{12}/, '\nAAAAAAAAAAAA');
}
