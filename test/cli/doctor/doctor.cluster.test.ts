import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kubeconfig } from '../../testbed/kubeconfig.ts';
import { runCommand } from '../run-command.ts';
import { NAMESPACE, SYSTEM, useInstalledCloister } from './use-installed-cloister.ts';

const DAY = 24 * 3_600_000;
const { cloister, kubectl, examine } = useInstalledCloister();

describe('cloister doctor', () => {
  test('finds nothing wrong with an installation', async () => {
    const { code, findings, bad } = await examine();
    expect(bad).toEqual([]);
    expect(code).toBe(0);
    expect(findings).toContainEqual({
      subject: `Namespace ${NAMESPACE}, a privileged pod`,
      state: 'Passed',
      message: 'is refused by the webhook',
    });
  });

  test('prints a line for each, and counts them', async () => {
    const { code, out } = await runCommand(['doctor', '--kubeconfig', cloister.controlPlane.kubeconfig], {
      now: Date.now,
    });
    expect(code).toBe(0);
    expect(out).toContain('passed  CustomResourceDefinition agentroles.cloister.dev: v1alpha1 is served\n');
    expect(out).toMatch(/\n\d+ passed, 2 noted, 0 failed, 0 unread\n$/);
  });

  test('needs no more rights than helm test gives it', async () => {
    const token = await kubectl('create', 'token', 'cloister-doctor', '-n', SYSTEM);
    const { url, certificateAuthority, connection } = cloister.controlPlane;
    const file = join(connection.folder, 'doctor.kubeconfig');
    writeFileSync(file, kubeconfig({ url, certificateAuthority, token }));
    const { code, findings, bad } = await examine(file);
    expect(bad).toEqual([]);
    expect(code).toBe(0);
    expect(findings).toContainEqual(
      expect.objectContaining({ state: 'Noted', message: expect.stringContaining('was not tried') }),
    );
  });

  test('says what it could not read, and is unusable then', async () => {
    const { code, bad } = await examine(cloister.controlPlane.kubeconfigFor('nobody'));
    expect(code).toBe(2);
    expect(bad).toContainEqual(
      expect.objectContaining({
        subject: 'ValidatingAdmissionPolicy',
        state: 'Unread',
        message: expect.stringContaining('cannot list resource'),
      }),
    );
  });

  test('says that nobody has proven what the network does', async () => {
    const { findings } = await examine();
    expect(findings).toContainEqual({
      subject: 'network of the cluster',
      state: 'Noted',
      message: expect.stringContaining('is not proven: no start gate has reported'),
    });
  });

  test('asks for no rights of the operator where the user may not', async () => {
    const { findings } = await examine(cloister.controlPlane.kubeconfigFor('nobody'));
    expect(findings).toContainEqual({
      subject: 'ServiceAccount cloister-system/cloister-operator, rights',
      state: 'Noted',
      message: 'were not asked for, because you have no right to create SubjectAccessReviews',
    });
  });

  test.for([
    [
      'a clock that is behind',
      -3_600_000,
      'clock of the API server',
      'ahead of that of this machine. Have both kept by NTP',
    ],
    [
      'a clock that is ahead',
      3_600_000,
      'clock of the API server',
      'behind that of this machine. Have both kept by NTP',
    ],
    [
      'an authority near its end',
      350 * DAY,
      'ValidatingWebhookConfiguration cloister-decide, certificate authority',
      'days, and was not replaced',
    ],
    [
      'an authority that has ended',
      400 * DAY,
      'MutatingWebhookConfiguration zz-cloister-explain, certificate authority',
      'ended at ',
    ],
  ] as const)('finds %s', async ([, offset, subject, message]) => {
    const { code, bad } = await examine(undefined, () => Date.now() + offset);
    expect(bad).toContainEqual({ subject, state: 'Failed', message: expect.stringContaining(message) });
    expect(code).toBe(1);
  });

  test('is unusable without a cluster', async () => {
    const { code, error } = await runCommand(['doctor', '--kubeconfig', '/does/not/exist']);
    expect(code).toBe(2);
    expect(error).toContain('cannot read the kubeconfig /does/not/exist');
  });
});
