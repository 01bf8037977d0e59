import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { changedObject } from '../../build/changed-object.ts';
import { readSampleObject } from '../../demo/samples.ts';
import { whoRefused } from '../../testbed/who-refused.ts';
import { compliantPod, NAMESPACE, podsPath, writableRootPod } from '../samples.ts';
import { inUse } from '../in-use.ts';

/** Every sample below `manifests/samples/refused`, and the check that must name what is wrong with it. */
const REFUSED: Readonly<Record<string, string>> = {
  'acting-annotation': 'annotations',
  'added-capability': 'capabilities',
  'chosen-node': 'node-placement',
  'foreign-alias': 'gateway-aliases',
  'foreign-image': 'image-policy',
  'foreign-role': 'role',
  'host-network': 'host-namespaces',
  'host-path': 'host-path',
  'no-limits': 'resource-limits',
  'no-seccomp': 'seccomp-profile',
  'no-start-gate': 'start-gate',
  privileged: 'privileged',
  root: 'run-as-user',
  'secret-in-environment': 'environment-secrets',
  'service-account-token': 'service-account-token',
  'too-much-memory': 'resource-limits',
  'unpinned-image': 'image-policy',
  'writable-root': 'read-only-root-filesystem',
};

/** What is wrong with these takes their role to see, so nothing stops them before the decision. */
const OF_THE_ROLE = new Set([
  'chosen-node',
  'foreign-alias',
  'foreign-image',
  'foreign-role',
  'no-start-gate',
  'too-much-memory',
  'unpinned-image',
]);

/** A template of the sample pod as a Deployment needs it: its pods have no end of their own. */
const template = (pod: object): object => {
  const { metadata, spec } = changedObject(pod, {
    '/metadata/labels/app': 'hermes',
    '/spec/restartPolicy': undefined,
    '/spec/activeDeadlineSeconds': undefined,
  });
  return { metadata: { labels: (metadata as { labels: object }).labels }, spec };
};

const deployment = (name: string, pod: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas: 1, selector: { matchLabels: { app: 'hermes' } }, template: template(pod) },
});

describe('a pod that is created in an enrolled namespace', () => {
  test('every sample that must be refused is in the table', () => {
    const folder = new URL('../../../manifests/samples/refused/', import.meta.url);
    const files = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''));
    expect(files.sort()).toEqual(Object.keys(REFUSED).sort());
  });

  test.for(Object.entries(REFUSED))('%s is refused, and %s is named', async ([file, check]) => {
    const pod = readSampleObject(`refused/${file}.yaml`);
    const { status, message } = await inUse.calls.create(podsPath(), pod);
    const by = OF_THE_ROLE.has(file) ? 'Decide' : 'Explain';
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by });
    expect(message).toContain(`- ${check}:`);
  });

  test('the compliant sample is admitted', async () => {
    expect(await inUse.calls.create(podsPath(), compliantPod('compliant'))).toMatchObject({ status: 201 });
  });

  test('all that is wrong is said at once', async () => {
    const pod = writableRootPod('both', { '/spec/hostNetwork': true });
    const { message } = await inUse.calls.create(podsPath(), pod);
    expect(message).toContain('- read-only-root-filesystem:');
    expect(message).toContain('- host-namespaces:');
  });
});

describe('an annotation that programs obey', () => {
  const ROLE = '/apis/cloister.dev/v1alpha1/agentroles/data-analyst';
  const list = (annotations: readonly string[]): Promise<unknown> =>
    inUse.calls.merge(ROLE, { spec: { sandbox: { annotations } } });
  const create = async (annotation: string): Promise<number> => {
    const pod = compliantPod('annotated', { '/metadata/annotations': { [annotation]: 'true' } });
    return (await inUse.calls.create(`${podsPath()}?dryRun=All`, pod)).status;
  };

  test('is admitted by the webhook and by the API server while the role lists it', async () => {
    expect(await create('sidecar.istio.io/inject')).toBe(403);
    await list(['sidecar.istio.io/']);
    const patience = { timeout: 15_000 };
    await expect.poll(() => create('sidecar.istio.io/inject'), patience).toBe(201);
    expect(await create('linkerd.io/inject')).toBe(403);
    await list([]);
    await expect.poll(() => create('sidecar.istio.io/inject'), patience).toBe(403);
  });
});

describe('a workload that makes pods', () => {
  const job = (pod: object): object => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'warned' },
    spec: { template: changedObject(template(pod), { '/spec/restartPolicy': 'Never' }) },
  });
  const cronJob = (pod: object): object => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'warned' },
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: (job(pod) as { spec: object }).spec } },
  });
  const rows: readonly [string, string, (pod: object) => object][] = [
    ['a Deployment', 'apps/v1/namespaces/acme-agents/deployments', (pod) => deployment('warned', pod)],
    ['a Job', 'batch/v1/namespaces/acme-agents/jobs', job],
    ['a CronJob', 'batch/v1/namespaces/acme-agents/cronjobs', cronJob],
  ];

  test.for(rows)('%s with a bad template is admitted with warnings', async ([, path, workload]) => {
    const query = `/apis/${path}?dryRun=All`;
    const { status, warnings } = await inUse.calls.create(query, workload(writableRootPod('x')));
    expect(status).toBe(201);
    expect(warnings.join('\n')).toMatch(/pods of this template will be refused/);
    expect(warnings.join('\n')).toMatch(/read-only-root-filesystem: .*readOnlyRootFilesystem is false/);
  });

  test.for(rows)('%s with a good template is admitted without a word', async ([, path, workload]) => {
    const { status, warnings } = await inUse.calls.create(
      `/apis/${path}?dryRun=All`,
      workload(compliantPod('x')),
    );
    expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
  });
});

describe('pods that kube-controller-manager makes of a template', () => {
  const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
  beforeAll(() => inUse.controlPlane.controllersRunning());

  test('are admitted where the template is good', async () => {
    await inUse.calls.create(path, deployment('good', compliantPod('x')));
    const pods = async (): Promise<unknown> => {
      const { object } = await inUse.calls.read(`${podsPath()}?labelSelector=app%3Dhermes`);
      return (object['items'] as object[]).length;
    };
    await expect.poll(pods, { timeout: 20_000 }).toBe(1);
    await inUse.calls.remove(`${path}/good`);
  });

  test('are refused where it is bad, and the Deployment says why', async () => {
    await inUse.calls.create(path, deployment('bad', writableRootPod('x')));
    const failure = async (): Promise<unknown> => {
      const { object } = await inUse.calls.read(`${path}/bad`);
      const { conditions = [] } = (object['status'] ?? {}) as {
        conditions?: { type: string; message: string }[];
      };
      return conditions.find(({ type }) => type === 'ReplicaFailure')?.message;
    };
    await expect.poll(failure, { timeout: 20_000 }).toContain('- read-only-root-filesystem:');
    await inUse.calls.remove(`${path}/bad`);
  });
});
