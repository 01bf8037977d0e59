import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { agentRole } from '../../../../src/api/agent-role.ts';
import { GATEWAY } from '../../../../src/api/names.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../../../src/certificates/issue.ts';
import { createKubeClient } from '../../../../src/kube/client.ts';
import type { KubeClient } from '../../../../src/kube/kube-client.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { resources } from '../../../../src/kube/resources.ts';
import { canonicalJson } from '../../../../src/lib/canonical-json.ts';
import { sha256 } from '../../../../src/lib/sha256.ts';
import { GATE_FACTS } from '../../../../src/policy/gate/gate-facts.ts';
import { sdkEnvironments } from '../../../../src/policy/upstreams/sdk-environment.ts';
import { buildGateData, buildGateFacts } from '../../../build/gate-facts.ts';
import { writeAuditKey } from '../../../build/write-audit-key.ts';
import { type StartedControlPlane, startControlPlane } from '../../../testbed/control-plane.ts';
import { freePort } from '../../../testbed/free-port.ts';
import { createProgramRunner } from '../../../testbed/program-runner.ts';
import { allowGateway, GATEWAY_USER } from '../../allow-gateway.ts';
import { createCertificateVolume } from '../../certificate-volume.ts';
import { feedOf, ROLE, SANDBOX, TENANT } from '../../identity/identity-world.ts';
import { createPod } from '../../pod-writer.ts';
import { createServedWorld, type ServedWorld } from '../../served-world.ts';
import { type PodEnvironment, startPodEnvironment } from '../pod-environment.ts';
import { addUpstreams, bindings, CREDENTIAL_NAMES, hostOf, valuesOf } from './sdk-role.ts';
import type { Vendor } from './vendor.ts';

/** A sandbox whose programs call vendors through the process of a gateway. */
export interface UsedSDKs {
  /** What the operator sets in its container. */
  readonly environment: Readonly<Record<string, string>>;
  /** Proves which sandbox it is. */
  readonly proxySecret: string;
}

const ADDRESS = '127.0.0.1';
const POD_ADDRESS = '127.0.0.9';
const POD = 'agent-9';
const SECRET = 'proxy-secret-of-the-sandbox-5e1a';
/** Of the gateway: in a pod, and here. */
const NAMES = [GATEWAY.name, 'localhost'];

/** Registers the hooks; use what it answers only inside tests. `vendors` are served by the names of their upstreams. */
export function useSDKs(vendors: () => Readonly<Record<string, Vendor>>): UsedSDKs {
  const state = {} as { -readonly [Key in keyof UsedSDKs]: UsedSDKs[Key] };
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    const controlPlane = await startControlPlane({ controllerManager: false });
    ends.push(() => controlPlane.stop());
    const client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
    ends.push(() => client.close());
    const authority = await createCertificateAuthority(Date.now());
    const world = createServedWorld(authority);
    ends.push(() => world.stop());
    const names = await serveVendors(world, vendors());
    const system = await prepareTenant(controlPlane, client);
    const { certificate, privateKey } = await issueServingCertificate(authority, NAMES, Date.now());
    const volume = createCertificateVolume();
    ends.push(() => volume.remove());
    volume.write({ 'tls.crt': certificate, 'tls.key': privateKey.reveal() });
    const outside = { names, ports: Object.fromEntries(world.ports), authority: authority.certificate };
    const ports = { proxy: await freePort(ADDRESS), api: await freePort(ADDRESS) };
    const runner = await createProgramRunner();
    ends.push(() => runner.stop());
    const program = await runner.start(
      'gateway',
      [
        `--kubeconfig=${controlPlane.kubeconfigFor(GATEWAY_USER)}`,
        `--tenant=${TENANT.tenant}`,
        `--namespace=${system}`,
        `--proxy-port=${ports.proxy}`,
        `--api-port=${ports.api}`,
        '--canary-port=0',
        '--metrics-port=0',
        `--certificate-folder=${volume.folder}`,
        `--audit-folder=${join(volume.folder, 'audit')}`,
        `--audit-key-folder=${writeAuditKey(volume.folder)}`,
        '--audit-replica=gateway-0',
        '--drain-seconds=0',
      ],
      { file: 'test/demo/gateway/run-gateway.ts', environment: { OUTSIDE: JSON.stringify(outside) } },
    );
    await program.ready();
    const pod = await startEnvironment(authority.certificate, ports);
    ends.push(pod.stop);
    Object.assign(state, { environment: pod.variables, proxySecret: SECRET });
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });
  return state;
}

/** Serves each vendor at its host. Returns what the names resolve to. */
async function serveVendors(world: ServedWorld, vendors: Readonly<Record<string, Vendor>>) {
  const names: Record<string, readonly (readonly string[])[]> = {};
  for (const [index, [name, { serve }]] of Object.entries(vendors).entries()) {
    const address = `93.184.216.${index + 40}`;
    names[hostOf(name)] = [[address]];
    await world.serve(hostOf(name), address, serve);
  }
  return names;
}

/** Writes what the operator writes for a gateway, the Secrets that the tenant binds, and the pod. Returns the system namespace. */
async function prepareTenant(controlPlane: StartedControlPlane, client: KubeClient): Promise<string> {
  const agents = await controlPlane.createNamespace('agents');
  const system = await controlPlane.createNamespace('system');
  await allowGateway(client, system, { resource: 'configmaps', verbs: ['list', 'watch'] });
  await allowGateway(client, agents, { resource: 'pods', verbs: ['list', 'watch'] });
  await allowGateway(client, system, {
    resource: 'secrets',
    verbs: ['get'],
    resourceNames: CREDENTIAL_NAMES,
  });
  for (const name of CREDENTIAL_NAMES) {
    const secret = { metadata: { namespace: system, name }, stringData: valuesOf(name) };
    await client.create(resources.secrets, secret);
  }
  const labels = { 'cloister.dev/role': ROLE.role, 'cloister.dev/sandbox': POD };
  await createPod(client, { namespace: agents, name: POD, address: POD_ADDRESS, labels });
  const { metadata } = await client.get(resources.pods, { namespace: agents, name: POD });
  const sandbox = { ...SANDBOX, narrow: undefined, namespace: agents, sandbox: POD };
  const told = feedOf({ ...TENANT, namespaces: [agents], credentials: bindings() }, roleFeed(), {
    ...sandbox,
    podUID: metadata.uid ?? '',
    proxySecretHash: sha256(SECRET),
  });
  const facts = buildGateFacts({ tenant: TENANT.tenant, namespaces: [agents] });
  const gate = { metadata: { name: GATE_FACTS.configMap }, data: buildGateData(facts) };
  for (const object of [...told, gate as KubeObject]) {
    const whole = { apiVersion: 'v1', kind: 'ConfigMap', ...object };
    await client.apply(resources.configMaps, {
      ...whole,
      metadata: { ...object.metadata, namespace: system },
    });
  }
  return system;
}

function roleFeed() {
  const spec = structuredClone(ROLE.spec);
  addUpstreams(spec);
  const parsed = agentRole.schema.shape.spec.parse(spec);
  return { ...ROLE, spec: parsed, hash: sha256(canonicalJson(parsed)) };
}

async function startEnvironment(
  authority: string,
  { proxy, api }: { readonly proxy: number; readonly api: number },
): Promise<PodEnvironment> {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-sdk-'));
  const access = { port: proxy, from: POD_ADDRESS, secret: SECRET };
  const environments = sdkEnvironments(roleFeed().spec);
  const { variables, stop } = await startPodEnvironment(access, {
    folder,
    authority,
    apiPort: api,
    environments,
  });
  return {
    variables,
    stop: () => {
      stop();
      rmSync(folder, { recursive: true });
    },
  };
}
