import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY, GATEWAY_CERTIFICATE, systemNamespaceOf } from '../../../src/api/names.ts';
import { writeAuditKey } from '../../build/write-audit-key.ts';
import { createCertificateVolume } from '../../gateway/certificate-volume.ts';
import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { freePort } from '../../testbed/free-port.ts';
import { createProgramRunner } from '../../testbed/program-runner.ts';
import type { DemoCalls } from '../demo-calls.ts';
import type { Outside } from './serve-outside.ts';

const ADDRESS = '127.0.0.1';

/** The data of a Secret or of a ConfigMap. */
export interface Data {
  readonly data: Readonly<Record<string, string>>;
}

export interface DemoGatewayOptions {
  /** `acme` where none is named. */
  readonly tenant?: string;
  readonly outside: Outside;
  /** Flags beside those that each gateway of the demo has. */
  readonly flags?: readonly string[];
}

/** The gateway as a process, with the rights, the certificate and the feed that the operator gave it. */
export async function startDemoGateway(
  controlPlane: ControlPlane,
  calls: DemoCalls,
  { tenant = 'acme', outside, flags = [] }: DemoGatewayOptions,
) {
  const system = systemNamespaceOf(tenant);
  const data = await readData(calls, `/api/v1/namespaces/${system}/secrets/${GATEWAY_CERTIFICATE.secret}`);
  const certificate = createCertificateVolume();
  certificate.write(data);
  const auditFolder = mkdtempSync(join(tmpdir(), 'cloister-audit-'));
  const ports = { proxyPort: await freePort(ADDRESS), apiPort: await freePort(ADDRESS) };
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${system}`];
  const user = `system:serviceaccount:${system}:${GATEWAY.name}`;
  const runner = await createProgramRunner();
  const program = await runner.start(
    'gateway',
    [
      `--kubeconfig=${controlPlane.kubeconfigFor(user, groups)}`,
      `--tenant=${tenant}`,
      `--proxy-port=${ports.proxyPort}`,
      `--api-port=${ports.apiPort}`,
      '--canary-port=0',
      '--metrics-port=0',
      `--certificate-folder=${certificate.folder}`,
      `--audit-folder=${auditFolder}`,
      `--audit-key-folder=${writeAuditKey(certificate.folder)}`,
      '--audit-replica=gateway-0',
      '--drain-seconds=0',
      ...flags,
    ],
    { file: 'test/demo/gateway/run-gateway.ts', environment: { OUTSIDE: JSON.stringify(outside) } },
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
export async function readData(calls: DemoCalls, path: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await calls.wait(path, () => calls.read<Data>(path));
  const entries = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Throws the message of a refusal. */
export async function must(refusal: Promise<string>): Promise<void> {
  const message = await refusal;
  if (message !== '') throw new Error(message);
}
