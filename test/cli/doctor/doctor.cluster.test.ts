import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { defaultDeny } from '../../../src/render/tenant/default-deny.ts';
import { allowGateway } from '../../../src/render/tenant/allow-gateway.ts';
import { installManifests } from '../../testbed/install-cloister.ts';
import { useCloister } from '../../e2e/use-cloister.ts';
import { kubeconfig } from '../../testbed/kubeconfig.ts';
import { runCommand } from '../run-command.ts';

const NAMESPACE = 'acme-agents';
const SYSTEM = 'cloister-system';
const DAY = 24 * 3_600_000;
const WAIT = { timeout: 30_000, interval: 200 };
const cloister = useCloister();
/** What puts back what a test has broken. */
let repair: (() => Promise<unknown>) | null = null;

beforeAll(async () => {
  // What a test breaks, the operator would repair.
  await cloister.cloister.operator.stop(15_000);
  await cloister.controlPlane.apply(deployments());
  for (const name of ['cloister-operator', 'cloister-webhook']) await setAvailable(name, 'True');
  await writePolicies();
});
afterEach(async () => {
  await repair?.();
  repair = null;
});

/** The Deployments as they are installed. No node runs them here; operator and webhook run beside the API server. */
function deployments(): Record<string, unknown>[] {
  const text = readFileSync('manifests/install.yaml', 'utf8');
  return [...readDocuments(text, { file: 'install.yaml' })].flatMap((document) =>
    'object' in document && document.object['kind'] === 'Deployment' ? [document.object] : [],
  );
}

/** Writes the NetworkPolicies of the namespace as the operator does. */
async function writePolicies(): Promise<void> {
  const policies = [defaultDeny(NAMESPACE), allowGateway('acme', NAMESPACE)];
  await cloister.controlPlane.apply(policies, { user: 'operator' });
}

const kubectl = (...args: readonly string[]) => kubectlAs('admin', ...args);

async function kubectlAs(user: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cloister.controlPlane.kubectl(args, { user });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Plays the kubelet for the pods of a program, and waits until its Deployment tells. */
async function setAvailable(name: string, status: 'True' | 'False'): Promise<void> {
  const selector = `-lapp.kubernetes.io/component=${name.replace('cloister-', '')}`;
  const patch = JSON.stringify({ status: { phase: 'Running', conditions: [{ type: 'Ready', status }] } });
  await vi.waitFor(async () => {
    const pods = await kubectl('get', 'pods', '-n', SYSTEM, selector, '-o', 'name');
    expect(pods).not.toBe('');
    const flags = ['--subresource=status', '--type=merge', `--patch=${patch}`];
    await kubectl('patch', '-n', SYSTEM, ...pods.split('\n'), ...flags);
    const available = "jsonpath={.status.conditions[?(@.type=='Available')].status}";
    expect(await kubectl('get', `deployment/${name}`, '-n', SYSTEM, '-o', available)).toBe(status);
  }, WAIT);
}

async function examine(file = cloister.controlPlane.kubeconfig, now = Date.now) {
  const { code, out, error } = await runCommand(['doctor', '--kubeconfig', file, '-o', 'json'], { now });
  expect(error).toBe('');
  const findings = JSON.parse(out) as Finding[];
  return { code, findings, bad: findings.filter(({ state }) => state === 'Failed' || state === 'Unread') };
}

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
    expect(error).toContain('cannot read /does/not/exist');
  });
});

/** Applies again what is installed under the name. */
async function restore(name: string): Promise<void> {
  const manifests = installManifests(cloister.cloister.webhookUrl) as { metadata: { name: string } }[];
  await cloister.controlPlane.apply(manifests.filter(({ metadata }) => metadata.name === name));
}

const patchJSON = (object: string, ...changes: readonly object[]) =>
  kubectl('patch', object, '--type=json', `--patch=${JSON.stringify(changes)}`);
const labelNamespace = (level: string) =>
  kubectlAs(
    'operator',
    'label',
    'namespace',
    NAMESPACE,
    '--overwrite',
    `pod-security.kubernetes.io/enforce=${level}`,
  );
const replace = (path: string, value: string) => ({ op: 'replace', path, value });

interface Breaking {
  readonly breakIt: () => Promise<unknown>;
  readonly repairIt: () => Promise<unknown>;
  readonly subject: string;
  readonly message: string;
}

const BREAKINGS: readonly (readonly [string, Breaking])[] = [
  [
    'a kind of another version',
    {
      breakIt: () =>
        patchJSON(
          'crd/agentroles.cloister.dev',
          replace('/spec/versions/0/schema/openAPIV3Schema/description', 'older'),
        ),
      repairIt: () => restore('agentroles.cloister.dev'),
      subject: 'CustomResourceDefinition agentroles.cloister.dev',
      message: 'the schema of v1alpha1 is that of another version of Cloister',
    },
  ],
  [
    'a policy that is not bound',
    {
      breakIt: () => kubectl('delete', 'validatingadmissionpolicybinding/cloister-tokens'),
      repairIt: () => restore('cloister-tokens'),
      subject: 'ValidatingAdmissionPolicyBinding cloister-tokens',
      message: 'does not exist',
    },
  ],
  [
    'a policy that a fault switches off',
    {
      breakIt: () =>
        patchJSON('validatingadmissionpolicy/cloister-inbound', replace('/spec/failurePolicy', 'Ignore')),
      repairIt: () => restore('cloister-inbound'),
      subject: 'ValidatingAdmissionPolicy cloister-inbound',
      message: 'spec.failurePolicy is "Ignore"; must be "Fail"',
    },
  ],
  [
    'a binding that only warns',
    {
      breakIt: () =>
        patchJSON('validatingadmissionpolicybinding/cloister-backstop', {
          op: 'replace',
          path: '/spec/validationActions',
          value: ['Warn'],
        }),
      repairIt: () =>
        patchJSON('validatingadmissionpolicybinding/cloister-backstop', {
          op: 'replace',
          path: '/spec/validationActions',
          value: ['Deny', 'Audit'],
        }),
      subject: 'ValidatingAdmissionPolicyBinding cloister-backstop',
      message: 'spec.validationActions is ["Warn"]; must be ["Deny","Audit"]',
    },
  ],
  [
    'a registration that lets pass what is not answered',
    {
      breakIt: () =>
        patchJSON(
          'validatingwebhookconfiguration/cloister-decide',
          replace('/webhooks/0/failurePolicy', 'Ignore'),
        ),
      repairIt: () => restore('cloister-decide'),
      subject: 'ValidatingWebhookConfiguration cloister-decide, webhook decide.cloister.dev',
      message: 'failurePolicy is Ignore; must be Fail',
    },
  ],
  [
    'a program that is not available',
    {
      breakIt: () => setAvailable('cloister-webhook', 'False'),
      repairIt: () => setAvailable('cloister-webhook', 'True'),
      subject: 'Deployment cloister-system/cloister-webhook',
      message: 'is not available: Deployment does not have minimum availability.',
    },
  ],
  [
    'a namespace that is open',
    {
      breakIt: () => kubectlAs('operator', 'delete', 'networkpolicy/cloister-default-deny', '-n', NAMESPACE),
      repairIt: writePolicies,
      subject: `Namespace ${NAMESPACE}, NetworkPolicies`,
      message: 'cloister-default-deny does not exist',
    },
  ],
  [
    'a namespace whose pods are not held to Pod Security',
    {
      breakIt: () => labelNamespace('privileged'),
      repairIt: () => labelNamespace('restricted'),
      subject: `Namespace ${NAMESPACE}, Pod Security`,
      message: `label pod-security.kubernetes.io/enforce is "privileged"; must be "restricted". Set it: kubectl label namespace ${NAMESPACE} --overwrite pod-security.kubernetes.io/enforce=restricted`,
    },
  ],
  [
    'an operator without a right that it needs',
    {
      breakIt: () => kubectl('delete', 'clusterrolebinding/cloister-operator'),
      repairIt: () => restore('cloister-operator'),
      subject: 'ServiceAccount cloister-system/cloister-operator, rights',
      message: 'lacks: list agentroles.cloister.dev, ',
    },
  ],
];

describe('it finds', () => {
  test.for(BREAKINGS)('%s', async ([, { breakIt, repairIt, subject, message }]) => {
    repair = repairIt;
    await breakIt();
    await vi.waitFor(
      async () => {
        const { code, bad } = await examine();
        expect(bad).toEqual([{ subject, state: 'Failed', message: expect.stringContaining(message) }]);
        expect(code).toBe(1);
      },
      { timeout: 30_000, interval: 500 },
    );
  });
});
