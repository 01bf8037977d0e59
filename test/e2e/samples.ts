import { readSampleObject } from '../demo/samples.ts';
import { changedObject } from '../build/changed-object.ts';

export const NAMESPACE = 'acme-agents';

/** Path of the pods of a namespace. */
export const podsPath = (namespace = NAMESPACE): string => `/api/v1/namespaces/${namespace}/pods`;

/** The sample pod that meets the whole contract, under a name of its own, changed at JSON Pointers. */
export function compliantPod(name: string, changes: Readonly<Record<string, unknown>> = {}): object {
  return changedObject(readSampleObject('workloads/compliant-pod.yaml'), {
    '/metadata/name': name,
    '/metadata/namespace': undefined,
    ...changes,
  });
}

/** The same with a file system that it can write to, which the role does not allow and Pod Security does not see. */
export function writableRootPod(name: string, changes: Readonly<Record<string, unknown>> = {}): object {
  return compliantPod(name, {
    '/spec/containers/0/securityContext/readOnlyRootFilesystem': false,
    ...changes,
  });
}

/** The same with more memory than its role allows, which the webhook alone can know. */
export function oversizedPod(name: string): object {
  return compliantPod(name, { '/spec/containers/0/resources/limits/memory': '64Gi' });
}

/** The digest of the start gate in the compliant sample. */
export function startGateDigest(): string {
  const { spec } = readSampleObject('workloads/compliant-pod.yaml') as {
    spec: { initContainers: { image: string }[] };
  };
  return spec.initContainers[0]?.image.split('@')[1] ?? '';
}
