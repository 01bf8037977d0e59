import { afterEach, describe, expect, test, vi } from 'vitest';
import { clusterCalls } from '../../e2e/cluster-calls.ts';
import { installManifests } from '../../testbed/install-cloister.ts';
import { NAMESPACE, useInstalledCloister } from './use-installed-cloister.ts';

const { cloister, kubectl, kubectlAs, setAvailable, writePolicies, examine } = useInstalledCloister();
/** What puts back what a test has broken. */
let repair: (() => Promise<unknown>) | null = null;

afterEach(async () => {
  await repair?.();
  repair = null;
});

/** Applies again what is installed under the name. */
async function restore(name: string): Promise<void> {
  const manifests = installManifests(cloister.cloister.webhookUrl) as { metadata: { name: string } }[];
  await cloister.controlPlane.apply(manifests.filter(({ metadata }) => metadata.name === name));
}

const patchJSON = (object: string, ...changes: readonly object[]) =>
  kubectl('patch', object, '--type=json', `--patch=${JSON.stringify(changes)}`);
/** As the operator, who may not read a namespace by its name, as kubectl would first. */
async function labelNamespace(level: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  const operator = clusterCalls(cloister.controlPlane, 'operator');
  const { status, message } = await operator.merge(`/api/v1/namespaces/${NAMESPACE}`, {
    metadata: { labels },
  });
  if (status !== 200) throw new Error(`namespace ${NAMESPACE}: ${status} ${message}`);
}
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

describe('cloister doctor finds', () => {
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
