import { CERTIFICATE_AUTHORITY, PROXY_SECRET } from '../../../src/api/names.ts';
import { createCertificateAuthority } from '../../../src/certificates/issue.ts';
import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { CORE, createDemoCalls, createOfRole, type DemoCalls, runPod, SANDBOXES } from '../demo-calls.ts';
import { readSampleObject } from '../samples.ts';
import { NAMESPACE } from '../scenario.ts';
import { CALLER, callerRole } from './caller-role.ts';
import { serveOutside, type ServedOutside } from './serve-outside.ts';
import { type Data, must, readData, startDemoGateway } from './start-demo-gateway.ts';
import { startAgent, type StartedAgent } from './start-agent.ts';

/** What the steps about the gateway play with. */
export interface GatewayStage {
  readonly calls: DemoCalls;
  readonly agent: StartedAgent;
  readonly world: ServedOutside;
  /** Where the gateway keeps its records. */
  readonly auditFolder: string;
  /** Drains the gateway and ends it, so that its records are whole. */
  readonly stopGateway: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const TENANT = 'acme';
/** Of the pod of the sandbox: the whole network is the loopback device. */
const POD_ADDRESS = '127.0.0.77';

/** Runs a sandbox, the tenant's gateway with what the operator made for it, a world outside, and an agent. */
export async function prepareGatewayStage(controlPlane: ControlPlane): Promise<GatewayStage> {
  const calls = createDemoCalls(controlPlane);
  await applyCaller(controlPlane, calls);
  const world = await serveOutside(await createCertificateAuthority(Date.now()));
  const gateway = await startDemoGateway(controlPlane, calls, { outside: world.outside });
  const secret = await readData(calls, `${CORE}/secrets/${PROXY_SECRET.sandboxPrefix}${CALLER}`);
  const trusted = await calls.wait('the authority of the gateway', () =>
    calls.read<Data>(`${CORE}/configmaps/${CERTIFICATE_AUTHORITY.configMap}`),
  );
  const agent = startAgent({
    from: POD_ADDRESS,
    secret: secret[PROXY_SECRET.key] ?? '',
    ...gateway.ports,
    gatewayAuthority: trusted.data[CERTIFICATE_AUTHORITY.key] ?? '',
    outsideAuthority: world.outside.authority,
  });
  return {
    calls,
    agent,
    world,
    auditFolder: gateway.auditFolder,
    stopGateway: gateway.stopProgram,
    stop: async () => {
      await agent.stop();
      await gateway.stop();
      world.stop();
    },
  };
}

/** The role, the right of the tenant to it, and a sandbox whose pod a kubelet would have started. */
async function applyCaller(controlPlane: ControlPlane, calls: DemoCalls): Promise<void> {
  await controlPlane.apply([callerRole()]);
  const { spec: tenant } = readSampleObject('tenant-acme.yaml') as { spec: { roles: { allowed: string[] } } };
  const roles = { allowed: [...tenant.roles.allowed, CALLER] };
  const path = `/apis/cloister.dev/v1alpha1/tenantisolations/${TENANT}`;
  await must(calls.send('PATCH', path, { spec: { roles } }));
  const { spec } = readSampleObject('sandbox-hermes.yaml') as { spec: object };
  await createOfRole(calls, SANDBOXES, {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'AgentSandbox',
    metadata: { name: CALLER, namespace: NAMESPACE },
    spec: { ...spec, roleRef: { name: CALLER } },
  });
  await runPod(CALLER, calls);
  const host = '192.0.2.10';
  const status = {
    podIP: POD_ADDRESS,
    podIPs: [{ ip: POD_ADDRESS }],
    hostIP: host,
    hostIPs: [{ ip: host }],
  };
  await must(calls.send('PATCH', `${CORE}/pods/${CALLER}/status`, { status }));
}
