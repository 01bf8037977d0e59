import { applyTenant, FIRST_REFUSAL, waitUntilRefused } from '../../demo/prepare.ts';
import { startGateDigest } from '../../e2e/samples.ts';
import { callAPI } from '../../testbed/api-request.ts';
import { type ControlPlane, startControlPlane } from '../../testbed/control-plane.ts';
import { deployedArguments } from '../../testbed/deployed-node-flags.ts';
import { freePort } from '../../testbed/free-port.ts';
import { startCloister } from '../../testbed/start-cloister.ts';
import type { Bench } from '../bar.ts';
import { buildDist } from '../build-dist.ts';
import { podExchanges, reviewExchanges } from '../exchanges.ts';
import type { Target } from '../load.ts';
import { ADDRESS, writeServiceAccount } from '../network-namespace.ts';
import { POD_COUNT, NAMESPACE } from '../pods.ts';
import { figureFlags, type MeasuredServer, measuredServer } from './measured-server.ts';

/** Cloister beside a real API server, with a tenant. */
export interface MeasuredCloister {
  readonly webhook: MeasuredServer;
  /** The creation of pods, as a dry run, in an enrolled and in an unenrolled namespace, by the same user. */
  readonly enrolled: Target;
  readonly unenrolled: Target;
}

const UNENROLLED = 'unrelated';
/** Above what the bench has under way, so that this limit is not what is measured. */
const MAX_REQUESTS_IN_FLIGHT = 4 * POD_COUNT;

/** Builds `dist/` and starts the programs in it; resolves when the API server calls the webhook. */
export async function startMeasuredCloister(bench: Bench): Promise<MeasuredCloister> {
  const { report, atEnd } = bench;
  await buildDist(bench);
  report('starting a control plane with Cloister');
  const controlPlane = await startControlPlane({
    address: ADDRESS,
    maxRequestsInFlight: MAX_REQUESTS_IN_FLIGHT,
    maxMutatingRequestsInFlight: MAX_REQUESTS_IN_FLIGHT,
  });
  atEnd(controlPlane.stop);
  const figuresPort = await freePort('127.0.0.1');
  const cloister = await startCloister(controlPlane, {
    startGateDigests: [startGateDigest()],
    isBuilt: true,
    webhookProcess: {
      address: ADDRESS,
      environment: enterPod(controlPlane),
      nodeFlags: figureFlags(figuresPort),
    },
    webhookFlags: [
      ...deployedArguments('webhook'),
      `--start-gate-digests=${startGateDigest()}`,
      '--drain-seconds=0',
    ],
  });
  atEnd(cloister.stop);
  await applyTenant(controlPlane);
  await letEditorsInto(controlPlane, UNENROLLED);
  await waitUntilRefused(controlPlane, FIRST_REFUSAL);
  const target = {
    url: cloister.webhookUrl,
    authority: await readAuthority(controlPlane),
    path: '/decide?timeout=5s',
    token: null,
    exchanges: reviewExchanges(),
  };
  return {
    webhook: measuredServer(target, figuresPort),
    enrolled: podTarget(controlPlane, NAMESPACE, { isEnrolled: true }),
    unenrolled: podTarget(controlPlane, UNENROLLED, { isEnrolled: false }),
  };
}

/** Gives the webhook what it has in a pod to find the API server; returns its environment variables. */
function enterPod({ connection }: ControlPlane): Readonly<Record<string, string>> {
  writeServiceAccount({
    token: connection.tokens['webhook'] ?? '',
    'ca.crt': connection.certificateAuthority,
    namespace: 'cloister-system',
  });
  const { hostname, port } = new URL(connection.url);
  // A kubeconfig in the home folder would be read first.
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, HOME: '/run' };
}

function podTarget(
  { connection }: ControlPlane,
  namespace: string,
  { isEnrolled }: { isEnrolled: boolean },
): Target {
  return {
    url: connection.url,
    authority: connection.certificateAuthority,
    path: `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldManager=kubectl-create`,
    token: connection.tokens['editor'] ?? '',
    exchanges: podExchanges(namespace, { isEnrolled }),
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

/** Returns the authority that the webhook made and published. */
async function readAuthority(controlPlane: ControlPlane): Promise<string> {
  const path = '/api/v1/namespaces/cloister-system/configmaps/cloister-ca';
  const { object } = await callAPI(controlPlane, { user: 'admin', method: 'GET', path });
  return (object as { data: Record<string, string> }).data['bundle.crt'] ?? '';
}
