import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CERTIFICATE_AUTHORITY,
  GATEWAY,
  GATEWAY_CERTIFICATE,
  PROXY_SECRET,
  systemNamespaceOf,
} from '../../../src/api/names.ts';
import { createCertificateAuthority } from '../../../src/certificates/issue.ts';
import { createCertificateVolume } from '../../gateway/certificate-volume.ts';
import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { freePort } from '../../testbed/free-port.ts';
import { createProgramRunner } from '../../testbed/program-runner.ts';
import { CORE, createDemoCalls, type DemoCalls, runPod, SANDBOXES } from '../demo-calls.ts';
import { readSampleObject } from '../samples.ts';
import { NAMESPACE } from '../scenario.ts';
import { writeAuditKey } from '../../build/write-audit-key.ts';
import { CALLER, callerRole } from './caller-role.ts';
import { serveOutside, type ServedOutside } from './serve-outside.ts';
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
const SYSTEM = systemNamespaceOf(TENANT);
/** Of the pod of the sandbox: the whole network is the loopback device. */
const POD_ADDRESS = '127.0.0.77';
const ADDRESS = '127.0.0.1';

interface Data {
  readonly data: Readonly<Record<string, string>>;
}

/** Runs a sandbox, the tenant's gateway with what the operator made for it, a world outside, and an agent. */
export async function prepareGatewayStage(controlPlane: ControlPlane): Promise<GatewayStage> {
  const calls = createDemoCalls(controlPlane);
  await applyCaller(controlPlane, calls);
  const world = await serveOutside(await createCertificateAuthority(Date.now()));
  const gateway = await startDemoGateway(controlPlane, calls, world);
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
  await must(
    calls.send('POST', SANDBOXES, {
      apiVersion: 'cloister.dev/v1alpha1',
      kind: 'AgentSandbox',
      metadata: { name: CALLER, namespace: NAMESPACE },
      spec: { ...spec, roleRef: { name: CALLER } },
    }),
  );
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

/** The gateway as a process, with the rights, the certificate and the feed that the operator gave it. */
async function startDemoGateway(controlPlane: ControlPlane, calls: DemoCalls, world: ServedOutside) {
  const data = await readData(calls, `/api/v1/namespaces/${SYSTEM}/secrets/${GATEWAY_CERTIFICATE.secret}`);
  const certificate = createCertificateVolume();
  certificate.write(data);
  const auditFolder = mkdtempSync(join(tmpdir(), 'cloister-audit-'));
  const ports = { proxyPort: await freePort(ADDRESS), apiPort: await freePort(ADDRESS) };
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${SYSTEM}`];
  const user = `system:serviceaccount:${SYSTEM}:${GATEWAY.name}`;
  const runner = await createProgramRunner();
  const program = await runner.start(
    'gateway',
    [
      `--kubeconfig=${controlPlane.kubeconfigFor(user, groups)}`,
      `--tenant=${TENANT}`,
      `--proxy-port=${ports.proxyPort}`,
      `--api-port=${ports.apiPort}`,
      '--canary-port=0',
      '--metrics-port=0',
      `--certificate-folder=${certificate.folder}`,
      `--audit-folder=${auditFolder}`,
      `--audit-key-folder=${writeAuditKey(certificate.folder)}`,
      '--audit-replica=gateway-0',
      '--drain-seconds=0',
    ],
    { file: 'test/demo/gateway/run-gateway.ts', environment: { OUTSIDE: JSON.stringify(world.outside) } },
  );
  await program.ready();
  return {
    ports,
    auditFolder,
    stopProgram: () => program.process.stop(10_000),
    stop: async () => {
      await runner.stop();
      certificate.remove();
      rmSync(auditFolder, { recursive: true });
    },
  };
}

/** What a Secret holds, when it is there. */
async function readData(calls: DemoCalls, path: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await calls.wait(path, () => calls.read<Data>(path));
  const entries = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function must(refusal: Promise<string>): Promise<void> {
  const message = await refusal;
  if (message !== '') throw new Error(message);
}
