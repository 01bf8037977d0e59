import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from '../../src/certificates/issue.ts';
import type { GatewayConnection } from '../../src/gate/ask-gateway.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';
import { GATE_FACTS } from '../../src/policy/gate/gate-facts.ts';
import { tenantFeedConfigMap } from '../../src/render/tenant/feed-config-map.ts';
import { buildTenantFeed } from '../build/feed.ts';
import { buildGateData } from '../build/gate-facts.ts';
import type { StartedControlPlane } from '../testbed/control-plane.ts';
import { freePort } from '../testbed/free-port.ts';
import { createProgramRunner } from '../testbed/program-runner.ts';
import { type CertificateVolume, createCertificateVolume, issueFiles } from './certificate-volume.ts';

/** The program `gateway` of the tenant `acme` as a process beside an API server, and the operator's part of it. */
export interface GatewayOnCluster {
  readonly namespace: string;
  readonly connection: GatewayConnection;
  readonly authority: CertificateAuthority;
  readonly certificate: CertificateVolume;
  readonly canaryPort: number;
  /** Lets the gateway read pods of a namespace. */
  readonly bind: (namespace: string) => Promise<void>;
  /** Writes `gate.json`; null removes the ConfigMap. */
  readonly writeFacts: (facts: object | string | null) => Promise<void>;
  /** The lines of `/readyz`. */
  readonly readiness: () => Promise<readonly string[]>;
  /** Resolves when the program is ready. */
  readonly ready: () => Promise<void>;
  readonly metrics: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';
/** Has no rights but those that are bound here. */
const USER = 'nobody';

export async function startGatewayOnCluster(controlPlane: StartedControlPlane): Promise<GatewayOnCluster> {
  const client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  const namespace = await controlPlane.createNamespace('system');
  await bindTo(client, { namespace, resource: 'configmaps' });
  const certificate = createCertificateVolume();
  const authority = await createCertificateAuthority(Date.now());
  certificate.write(await issueFiles(authority));
  const [port, canaryPort, metricsPort] = [
    await freePort(ADDRESS),
    await freePort(ADDRESS),
    await freePort(ADDRESS),
  ];
  const runner = await createProgramRunner();
  const program = await runner.start('gateway', [
    `--kubeconfig=${controlPlane.kubeconfigFor(USER)}`,
    '--tenant=acme',
    `--namespace=${namespace}`,
    '--proxy-port=0',
    `--api-port=${port}`,
    `--canary-port=${canaryPort}`,
    `--metrics-port=${metricsPort}`,
    `--certificate-folder=${certificate.folder}`,
    `--audit-folder=${join(certificate.folder, 'audit')}`,
    '--drain-seconds=0',
  ]);
  const feed = tenantFeedConfigMap({ ...buildTenantFeed(), tenant: 'acme' }) as KubeObject;
  await client.apply(resources.configMaps, { ...feed, metadata: { ...feed.metadata, namespace } });
  return {
    namespace,
    connection: { host: ADDRESS, port, authorities: authority.certificate },
    authority,
    certificate,
    canaryPort,
    bind: (other) => bindTo(client, { namespace: other, resource: 'pods' }),
    writeFacts: (facts) => writeFacts(client, namespace, facts),
    readiness: async () => (await (await fetch(`${program.probeUrl}/readyz`)).text()).trim().split('\n'),
    ready: program.ready,
    metrics: async () => (await fetch(`http://${ADDRESS}:${metricsPort}/metrics`)).text(),
    stop: async () => {
      await runner.stop();
      certificate.remove();
      await client.close();
    },
  };
}

async function writeFacts(
  client: KubeClient,
  namespace: string,
  facts: object | string | null,
): Promise<void> {
  const name = GATE_FACTS.configMap;
  if (facts === null) return client.delete(resources.configMaps, { namespace, name });
  const configMap: KubeObject & { data: Record<string, string> } = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name },
    data: buildGateData(facts),
  };
  await client.apply(resources.configMaps, configMap);
}

async function bindTo(
  client: KubeClient,
  { namespace, resource }: { readonly namespace: string; readonly resource: string },
): Promise<void> {
  const metadata = { namespace, name: `cloister-gateway-${resource}` };
  const rules = [{ apiGroups: [''], resources: [resource], verbs: ['get', 'list', 'watch'] }];
  await client.create(resources.roles, { metadata, rules } as KubeObject);
  await client.create(resources.roleBindings, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
  } as KubeObject);
}
