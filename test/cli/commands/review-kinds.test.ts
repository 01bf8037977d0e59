import { describe, expect, test } from 'vitest';
import { reviewAsJson, runCommand } from '../run-command.ts';

const review = (manifest: object) => reviewAsJson(['-f', '-'], JSON.stringify(manifest));

describe('kinds that hold no pod', () => {
  test.for([
    ['cert-manager.io/v1', 'Certificate'],
    ['keda.sh/v1alpha1', 'ScaledObject'],
    ['networking.istio.io/v1', 'VirtualService'],
    ['external-secrets.io/v1', 'ExternalSecret'],
    ['monitoring.coreos.com/v1', 'ServiceMonitor'],
    ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['example.com/v1', 'Widget'],
  ] as const)('%s %s is passed over and counted', async ([apiVersion, kind]) => {
    const manifest = { apiVersion, kind, metadata: { name: 'a' }, spec: { replicas: 1, template: {} } };
    expect(await review(manifest)).toEqual({ code: 0, entries: [] });
    const stdin = `${JSON.stringify(manifest)}\n${JSON.stringify(manifest)}`;
    const { code, out } = await runCommand(['review', '-f', '-'], { stdin });
    expect({ code, out }).toEqual({
      code: 0,
      out: 'no manifest with a pod, role or tenant found; 2 objects are not workloads\n',
    });
  });
});

describe('kinds whose pods are not read', () => {
  test.for([
    ['argoproj.io/v1alpha1', 'Workflow', 'review the pods that it makes'],
    ['argoproj.io/v1alpha1', 'Application', 'render what it deploys'],
    ['tekton.dev/v1', 'TaskRun', 'review the pods that it makes'],
    ['kubevirt.io/v1', 'VirtualMachine', 'review the pods that it makes'],
    ['sparkoperator.k8s.io/v1beta2', 'SparkApplication', 'review the pods that it makes'],
    ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'render what it deploys'],
  ] as const)('%s %s is unusable, by name', async ([apiVersion, kind, advice]) => {
    const { code, entries } = await review({ apiVersion, kind, spec: {} });
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ error: expect.stringContaining(`the kind ${kind} of ${apiVersion}`) }]);
    expect(entries).toMatchObject([{ error: expect.stringContaining(advice) }]);
  });

  test.for([
    [
      'a patch of a pod',
      { spec: { jobs: [{ podSpecPatch: '{"hostNetwork": true}' }] } },
      'spec.jobs[0].podSpecPatch',
    ],
    ['a container without a pod', { spec: { run: { container: { image: 'a' } } } }, 'spec.run.container'],
    [
      'containers without a pod',
      { spec: { worker: { containers: [{ image: 'a' }] } } },
      'spec.worker.containers',
    ],
    ['a pod without metadata', { podSpec: { containers: [{ name: 'a' }] } }, 'podSpec'],
  ] as const)('a kind that nobody knows with %s is unusable, and says where', async ([, parts, path]) => {
    const { code, entries } = await review({ apiVersion: 'example.com/v1', kind: 'Runner', ...parts });
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ error: expect.stringContaining(`has part of a pod at ${path}`) }]);
  });

  test('is not hardened without a word', async () => {
    const stdin = JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', spec: {} });
    const flags = ['-f', 'manifests/samples/role-data-analyst.yaml', '--role', 'data-analyst'];
    const { code, error } = await runCommand(['harden', '-f', '-', ...flags], { stdin });
    expect(code).toBe(2);
    expect(error).toContain('cannot be hardened: the kind Workflow');
  });
});

describe('kinds that do not exist', () => {
  test.for([
    ['v1', 'Pods', 'did you mean Pod?'],
    ['v1', 'pod', 'did you mean Pod?'],
    ['v1', 'Deployment', 'it is a kind of the group apps'],
    ['apps/v1', 'Deploymnet', 'did you mean Deployment?'],
    ['app/v1', 'Deployment', 'did you mean the group apps?'],
    ['batch/v1', 'Widget', 'correct it, or leave it out'],
  ] as const)('%s %s is unusable', async ([apiVersion, kind, advice]) => {
    const spec = { containers: [{ name: 'a', image: 'b' }] };
    const { code, entries } = await review({ apiVersion, kind, metadata: { name: 'a' }, spec });
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ error: expect.stringContaining(advice) }]);
  });
});
