import { expect, test } from 'vitest';
import { keepCertificates } from '../../src/certificates/keep-certificates.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { createLog } from '../../src/lib/log.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';

const log = createLog({ program: 'webhook', level: 'silent' });

test('certificates that cannot be made are tried again every half second, and checked every ten then', async () => {
  const memory = createMemoryKubeClient();
  const clock = createManualClock(0);
  const stopping = new AbortController();
  let isForbidden = true;
  memory.failWith = () => (isForbidden ? new KubeError('no', { reason: 'Forbidden' }) : null);
  const options = { namespace: 'cloister-system', hosts: ['127.0.0.1'], client: memory.client, log, clock };
  const kept = keepCertificates(options, stopping.signal);
  const tries = () => memory.writes.length;
  await expect.poll(tries).toBe(1);
  await clock.advance(499);
  expect(tries()).toBe(1);
  await clock.advance(1);
  await expect.poll(tries).toBe(2);
  expect(kept.status().serving).toBeNull();

  isForbidden = false;
  await expect
    .poll(async () => {
      await clock.advance(500);
      return kept.status().serving;
    })
    .not.toBeNull();
  expect((await kept.first).certificate).toContain('BEGIN CERTIFICATE');

  // Somebody deletes the ConfigMap.
  const publications = () => memory.writes.filter(({ what }) => what === 'configmaps/cloister-ca').length;
  expect(publications()).toBe(1);
  memory.put('configmaps/cloister-ca', { metadata: {} });
  await clock.advance(9_000);
  expect(publications()).toBe(1);
  await clock.advance(1_000);
  await expect.poll(publications).toBe(2);

  stopping.abort();
  memory.put('configmaps/cloister-ca', { metadata: {} });
  await clock.advance(60_000);
  expect(publications()).toBe(2);
});
