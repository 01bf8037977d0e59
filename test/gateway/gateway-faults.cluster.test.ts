import { expect, test } from 'vitest';
import { createCertificateAuthority } from '../../src/certificates/issue.ts';
import { requestFrom } from './ask-from.ts';
import { issueFiles } from './certificate-volume.ts';
import { writeStatus } from './pod-writer.ts';
import { POLL, useGateway } from './use-gateway.ts';

const gateway = useGateway();

test('another certificate is served once it and its key are there, and the one before until then', async () => {
  const before = await issueFiles(gateway.authority);
  const { connection } = gateway;
  const other = await createCertificateAuthority(Date.now());
  const next = await issueFiles(other);
  const served = (authorities: string): Promise<number | string> =>
    requestFrom(gateway.address, { ...connection, authorities }).then(
      ({ status }) => status,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'failed',
    );
  gateway.certificate.write({ ...next, 'tls.key': before['tls.key'] });
  gateway.certificate.write({ 'tls.crt': next['tls.crt'] });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect(await served(connection.authorities)).toBe(403);
  gateway.certificate.write(next);
  await expect.poll(() => served(other.certificate), POLL).toBe(403);
  gateway.certificate.write(await issueFiles(gateway.authority));
  await expect.poll(() => served(connection.authorities), POLL).toBe(403);
});

test('one address that connects without end is refused, while another is answered', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, () => requestFrom(gateway.address, gateway.connection)),
  );
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(20);
  expect(await gateway.statusFrom(gateway.otherAddress)).toBe(403);
  expect(await gateway.metrics()).toMatch(/cloister_gateway_connections_refused_total\{server="api"\} [1-9]/);
});

test('where nothing changes for longer than it trusts what it knows, it is as fresh as before', async () => {
  await gateway.createPod('quiet');
  await gateway.untilStatus(gateway.address, 200);
  for (let second = 0; second < 14; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await gateway.readiness()).join()).not.toContain('last heard of');
  }
  expect(await gateway.statusFrom(gateway.address)).toBe(200);
}, 60_000);

test('without an API server nobody is told for long, and all is as before when it is back', async () => {
  await gateway.createPod('outage');
  await gateway.untilStatus(gateway.address, 200);
  await gateway.controlPlane.stopApiServer();
  const { body } = await gateway.untilStatus(gateway.address, 503);
  expect(body['detail']).toContain('last heard of more than 10 s ago');
  expect(await gateway.readiness()).toContainEqual(
    expect.stringContaining('last heard of more than 10 s ago'),
  );
  await gateway.controlPlane.startApiServer();
  await gateway.untilStatus(gateway.address, 200);
  await writeStatus(gateway.client, { namespace: gateway.agents, name: 'outage' }, { phase: 'Failed' });
  await gateway.untilStatus(gateway.address, 403);
}, 120_000);
