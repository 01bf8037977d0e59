import { startControlPlane } from '../../test/testbed/control-plane.ts';
import type { ControlPlane } from '../../test/testbed/connect-control-plane.ts';
import { orThrow } from '../../test/testbed/run-command.ts';
import type { GeneratedFile } from './generated-file.ts';
import { OPENAPI_PATHS, type OpenAPIDocument, workloadTypes } from './workload-types.ts';

/** Starts the API server of the testbed and reads {@link workloadTypes} from it. */
export async function readWorkloadTypes(): Promise<GeneratedFile[]> {
  const controlPlane = await startControlPlane({ controllerManager: false });
  try {
    return [await workloadTypesOf(controlPlane)];
  } finally {
    await controlPlane.stop();
  }
}

/** Reads the types of Kubernetes' workload kinds from a running API server. */
export async function workloadTypesOf({ kubectl }: Pick<ControlPlane, 'kubectl'>): Promise<GeneratedFile> {
  const documents: OpenAPIDocument[] = [];
  for (const path of OPENAPI_PATHS) {
    const { stdout } = await orThrow(path, kubectl(['get', '--raw', path]));
    documents.push(JSON.parse(stdout) as OpenAPIDocument);
  }
  return workloadTypes(documents);
}
