import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { createReviewClient } from './review-client.ts';
import { runWebhook } from './running-webhook.ts';
import { startSteadyLoad } from './steady-load.ts';

test('certificates that change under load fail no call, of old connections and of new ones', async () => {
  const webhook = await runWebhook();
  const successor = await createCertificateAuthority(Date.now());
  const bundle = webhook.authority.certificate + successor.certificate;
  // One client keeps its connections; the others open new ones all the time, as after a restart of the API server.
  const kept = createReviewClient(webhook.port, bundle);
  const fresh = createReviewClient(webhook.port, bundle, { keepAlive: false });
  const loads = [startSteadyLoad(kept, 8), startSteadyLoad(fresh, 4)];
  for (let round = 0; round < 10; round += 1) {
    await sleep(50);
    const authority = round % 2 === 0 ? successor : webhook.authority;
    webhook.server.useCertificate(await issueServingCertificate(authority, ['127.0.0.1'], Date.now()));
  }
  for (const load of loads) {
    const { lost, notAccepted, answered } = await load.stop();
    expect({ lost, notAccepted }).toEqual({ lost: [], notAccepted: 0 });
    expect(answered).toBeGreaterThan(0);
  }
  kept.close();
  fresh.close();
  await webhook.stop();
});

test('who trusts only the authority before is not served once the last certificate is from its successor', async () => {
  const webhook = await runWebhook();
  const successor = await createCertificateAuthority(Date.now());
  webhook.server.useCertificate(await issueServingCertificate(successor, ['127.0.0.1'], Date.now()));
  await expect(webhook.client.send('/decide', '{}')).rejects.toThrow(/certificate|issuer/);
  await webhook.stop();
});
