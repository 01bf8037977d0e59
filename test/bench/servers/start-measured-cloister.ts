import { callAPI } from '../../testbed/api-request.ts';
import { type ControlPlane, startControlPlane } from '../../testbed/control-plane.ts';
import { freePort } from '../../testbed/free-port.ts';
import { startCloister } from '../../testbed/start-cloister.ts';
import { applyTenant } from '../../demo/prepare.ts';
import { COUNT, NAMESPACE } from '../pods.ts';
import { startGateDigest } from '../policies.ts';
import { figureFlags, readFigures } from './figures.ts';
import { buildPrograms } from './build-programs.ts';
import type { MeasuredServer } from './measured-server.ts';
import type { Target } from '../load/target.ts';

/** Cloister as the manifests install it beside a real API server, with a tenant, and a namespace that is none of its. */
export interface MeasuredCloister {
  readonly controlPlane: ControlPlane;
  readonly webhook: MeasuredServer;
  /** The creation of pods, dry, in the enrolled and in the unenrolled namespace, by the same user. */
  readonly enrolled: Target;
  readonly unenrolled: Target;
  readonly stop: () => Promise<void>;
}

const UNENROLLED = 'unrelated';
/** Above what the benches have under way, so that this limit is not what is measured. */
const REQUESTS_IN_FLIGHT = 4 * COUNT;

/** Starts all of it, as it is shipped, and resolves when the API server asks the webhook and obeys the policies. */
export async function startMeasuredCloister(): Promise<MeasuredCloister> {
  buildPrograms();
  const controlPlane = await startControlPlane({
    maxRequestsInFlight: REQUESTS_IN_FLIGHT,
    maxMutatingRequestsInFlight: REQUESTS_IN_FLIGHT,
  });
  try {
    const figuresPort = await freePort('127.0.0.1');
    const cloister = await startCloister(controlPlane, {
      startGateDigests: [startGateDigest()],
      isBuilt: true,
      webhookNodeFlags: figureFlags(figuresPort),
    });
    const stop = async (): Promise<void> => {
      await cloister.stop();
      await controlPlane.stop();
    };
    try {
      await applyTenant(controlPlane);
      await letEditorsInto(controlPlane, UNENROLLED);
      const authority = await readAuthority(controlPlane);
      const webhook: MeasuredServer = {
        target: {
          url: cloister.webhookUrl,
          authority,
          path: '/decide?timeout=5s',
          token: null,
          content: 'Reviews',
          refuses: true,
        },
        figures: (options) => readFigures(figuresPort, options),
      };
      const enrolled = podTarget(controlPlane, NAMESPACE);
      const unenrolled = { ...podTarget(controlPlane, UNENROLLED), refuses: false };
      return { controlPlane, webhook, enrolled, unenrolled, stop };
    } catch (error) {
      await cloister.stop();
      throw error;
    }
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

function podTarget({ connection }: ControlPlane, namespace: string): Target {
  return {
    url: connection.url,
    authority: connection.certificateAuthority,
    path: `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldManager=kubectl-create`,
    token: connection.tokens['editor'] ?? '',
    content: 'Pods',
    refuses: true,
  };
}

async function letEditorsInto(controlPlane: ControlPlane, namespace: string): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'bench-edit', namespace },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup, kind: 'Group', name: 'tenant-editors' }],
  };
  await controlPlane.apply([binding]);
}

/** The authority that the webhook made and published. */
async function readAuthority(controlPlane: ControlPlane): Promise<string> {
  const path = '/api/v1/namespaces/cloister-system/configmaps/cloister-ca';
  const { object } = await callAPI(controlPlane, { user: 'admin', method: 'GET', path });
  return (object as { data: Record<string, string> }).data['bundle.crt'] ?? '';
}
