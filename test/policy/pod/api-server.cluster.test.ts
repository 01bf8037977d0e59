import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { WORKLOAD_TYPES_PATH } from '../../../scripts/generate/workload-types.ts';
import { workloadTypesOf } from '../../../scripts/generate/read-workload-types.ts';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { runCommand, SAMPLE_POLICIES, SAMPLES } from '../../cli/run-command.ts';
import { useControlPlane } from '../../testbed/use-control-plane.ts';
import { REJECTED_PODS } from './rejected-pods.ts';

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  namespace = await controlPlane.createNamespace('strict');
});

const create = (manifest: object, ...flags: readonly string[]) =>
  controlPlane.kubectl(['create', '--namespace', namespace, '--validate=strict', ...flags, '-f', '-'], {
    input: JSON.stringify(manifest),
  });

test('the types of pods and workloads are those of the API server', async () => {
  const { content } = await workloadTypesOf(controlPlane);
  expect(content, 'npm run generate -- --api-server').toBe(readFileSync(WORKLOAD_TYPES_PATH, 'utf8'));
});

describe('what cloister calls rejected', () => {
  test.for(REJECTED_PODS)('the API server rejects $name', async ({ manifest }) => {
    const { code, stderr } = await create(manifest, '--dry-run=server');
    expect(stderr).toMatch(
      /is invalid|strict decoding error|error validating data|cannot be handled|is forbidden/,
    );
    expect(code).not.toBe(0);
  });
});

describe('pods that exist', () => {
  test('kubectl get pods -o yaml of a scheduled pod is reviewed as the webhook reviews its update', async () => {
    const [sample] = [
      ...readDocuments(readFileSync(`${SAMPLES}/workloads/compliant-pod.yaml`, 'utf8'), { file: 'a' }),
    ];
    const pod = sample !== undefined && 'object' in sample ? sample.object : {};
    const serviceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'hermes' } };
    await create(serviceAccount);
    const created = await create({
      ...pod,
      metadata: { ...(pod['metadata'] as object), namespace, name: 'hermes' },
    });
    expect(created.stderr).toBe('');
    await bind('hermes');
    const { stdout } = await controlPlane.kubectl(['get', 'pods', '--namespace', namespace, '-o', 'yaml']);
    expect(stdout).toContain('nodeName: node-1');
    const policies = ['-f', ...SAMPLE_POLICIES, '--tenant', 'acme'];
    const review = await runCommand(['review', '-f', '-', ...policies, '--strict'], { stdin: stdout });
    expect(review).toMatchObject({ code: 0, error: '' });
    expect(review.out).toContain('1 manifest reviewed: 1 admitted, 0 refused');
  });

  test('a pod with the token that the API server adds is refused for it, as by the webhook', async () => {
    await create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain' },
      spec: { containers: [{ name: 'a', image: 'b' }] },
    });
    const { stdout } = await controlPlane.kubectl([
      'get',
      'pod',
      'plain',
      '--namespace',
      namespace,
      '-o',
      'yaml',
    ]);
    const check = ['--check', 'service-account-token', 'scheduling', 'reserved-metadata', 'priority-class'];
    const { code, out } = await runCommand(['review', '-f', '-', ...check], { stdin: stdout });
    expect(code).toBe(1);
    expect(out).not.toContain('scheduling');
    expect(out).toContain('service-account-token');
  });
});

/** Does what the scheduler does. */
async function bind(name: string): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace },
    target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' },
  };
  await controlPlane.apply([node]);
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
  const { stderr } = await controlPlane.kubectl(['create', '--raw', path, '-f', '-'], {
    input: JSON.stringify(binding),
  });
  expect(stderr).toBe('');
}
