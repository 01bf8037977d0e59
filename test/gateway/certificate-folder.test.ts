import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { type FollowedCertificate, followCertificate } from '../../src/gateway/certificate-folder.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import type { ServingCertificate } from '../../src/serve/https-server.ts';
import { type CertificateVolume, createCertificateVolume, issueFiles } from './certificate-volume.ts';

const YEAR = 366 * 24 * 3_600_000;

let volume: CertificateVolume;
let stopping: AbortController;
beforeEach(() => {
  volume = createCertificateVolume();
  stopping = new AbortController();
});
afterEach(() => {
  stopping.abort();
  volume.remove();
});

/** Follows the folder, and reads it again each 10 ms. */
function follow(now: () => number = Date.now): {
  certificate: FollowedCertificate;
  served: ServingCertificate[];
} {
  const clock: Clock = { now, sleep: (_milliseconds, signal) => systemClock.sleep(10, signal) };
  const log = createLog({ program: 'gateway', level: 'silent' });
  const certificate = followCertificate({ folder: volume.folder, log, clock }, stopping.signal);
  const served: ServingCertificate[] = [];
  void (async () => {
    served.push(await certificate.first);
    certificate.serve((next) => served.push(next));
  })();
  return { certificate, served };
}

const authority = await createCertificateAuthority(Date.now());

const UNUSABLE: readonly (readonly [
  string,
  () => Promise<Readonly<Record<string, string>> | null>,
  string,
])[] = [
  ['is not there', async () => null, 'ENOENT'],
  ['has no key', async () => ({ 'tls.crt': (await issueFiles(authority))['tls.crt'] }), 'ENOENT'],
  ['is empty', async () => ({ 'tls.crt': '', 'tls.key': '' }), ''],
  [
    'has the key of another',
    async () => ({ ...(await issueFiles(authority)), 'tls.key': (await issueFiles(authority))['tls.key'] }),
    'tls.key is not the key of tls.crt',
  ],
  [
    'is for another host',
    () => issueFiles(authority, 'cloister-webhook'),
    'tls.crt is for DNS:cloister-webhook; it must be for cloister-gateway',
  ],
  [
    'is followed by something broken',
    async () => {
      const files = await issueFiles(authority);
      const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
      return { ...files, 'tls.crt': `${files['tls.crt']}${broken}` };
    },
    '',
  ],
];

test.for(UNUSABLE)(
  'a certificate that %s is not served, and its problem says why',
  async ([, files, problem]) => {
    const written = await files();
    if (written !== null) volume.write(written);
    const { certificate, served } = follow();
    await vi.waitFor(() => expect(certificate.problem()).toContain(`${volume.folder}: ${problem}`));
    expect(served).toEqual([]);
    const good = await issueFiles(authority);
    volume.write(good);
    await vi.waitFor(() => expect(served.map((one) => one.certificate)).toEqual([good['tls.crt']]));
    expect(certificate.problem()).toBeNull();
  },
);

test('each certificate is served once, and one that is wrong does not replace it', async () => {
  const [first, second] = [await issueFiles(authority), await issueFiles(authority)];
  volume.write(first);
  const { certificate, served } = follow();
  await vi.waitFor(() => expect(served).toHaveLength(1));
  volume.write({ ...second, 'tls.key': first['tls.key'] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(served).toHaveLength(1);
  expect(certificate.problem()).toBeNull();
  volume.write(second);
  await vi.waitFor(() => expect(served).toHaveLength(2));
  expect(served[1]?.privateKey.reveal()).toBe(second['tls.key']);
});

test('a certificate that has expired is a problem', async () => {
  const { certificate, privateKey } = await issueServingCertificate(
    authority,
    ['cloister-gateway'],
    Date.now(),
  );
  volume.write({ 'tls.crt': certificate, 'tls.key': privateKey.reveal() });
  let now = Date.now();
  const followed = follow(() => now);
  await vi.waitFor(() => expect(followed.certificate.problem()).toBeNull());
  now += YEAR;
  expect(followed.certificate.problem()).toMatch(/^it expired at \d{4}-/);
});
