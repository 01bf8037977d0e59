import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Registry } from 'prom-client';
import { AUDIT_HEADS } from '../../src/api/names.ts';
import { type CertificateAuthority, createCertificateAuthority } from '../../src/certificates/issue.ts';
import type { Credentials } from '../../src/credentials/credentials.ts';
import { createDatabaseLogins } from '../../src/credentials/database-logins.ts';
import type { OpenCredentials } from '../../src/gateway/open-credentials.ts';
import { readConfiguration } from '../../src/gateway/configuration.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/start-gateway.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import type { AuditProblem } from '../../src/audit/verify/report.ts';
import { verifyFiles } from '../../src/audit/verify/verify-files.ts';
import { auditRecordProblem } from '../audit/record-schema.ts';
import { writeAuditKey } from '../build/write-audit-key.ts';
import { createCertificateVolume, issueFiles } from './certificate-volume.ts';
import { createServedWorld, type ServedWorld } from './served-world.ts';

/** A gateway in this process, with the world outside mapped to servers of this process. */
export interface GatewayHere extends RunningGateway {
  readonly authority: CertificateAuthority;
  readonly world: ServedWorld;
  /** The records that are on disk. */
  readonly records: () => readonly Readonly<Record<string, unknown>>[];
  readonly auditFolder: string;
  readonly readiness: () => Promise<readonly string[]>;
  readonly metrics: () => Promise<string>;
  /** What is wrong with the records. */
  readonly verify: () => Promise<readonly AuditProblem[]>;
  /** What it says of its audit. */
  readonly head: () => Promise<unknown>;
  /** Stops the gateway, whose records stay. */
  readonly stop: () => Promise<void>;
  /** Stops the gateway, and takes everything away. */
  readonly remove: () => Promise<void>;
}

export interface GatewayHereOptions {
  readonly client: KubeClient;
  readonly tenant: string;
  readonly namespace: string;
  readonly flags?: readonly string[];
  readonly credentials?: Credentials;
}

const ADDRESS = '127.0.0.1';

function readRecord(line: string): Readonly<Record<string, unknown>> {
  const record = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const problem = auditRecordProblem(record);
  if (problem !== null) throw new Error(`a record breaks the published schema: ${problem}: ${line}`);
  return record;
}

/** Credentials of a gateway without Vault. */
function withoutLogins(credentials: Credentials): OpenCredentials {
  const log = createLog({ program: 'gateway', level: 'silent' });
  const given = { vault: null, tenant: () => null, isCurrent: () => true, clock: systemClock, log };
  return { ...credentials, databaseLogins: createDatabaseLogins(given) };
}

export async function startGatewayHere(options: GatewayHereOptions): Promise<GatewayHere> {
  const { client, tenant, namespace, flags = [] } = options;
  const authority = await createCertificateAuthority(Date.now());
  const certificate = createCertificateVolume();
  certificate.write(await issueFiles(authority));
  const auditFolder = mkdtempSync(join(tmpdir(), 'cloister-audit-'));
  const world = createServedWorld(authority);
  const ports = ['proxy', 'api', 'canary', 'probe', 'metrics'].map((name) => `--${name}-port=0`);
  const configuration = readConfiguration(
    [
      `--address=${ADDRESS}`,
      `--tenant=${tenant}`,
      `--namespace=${namespace}`,
      ...ports,
      `--certificate-folder=${certificate.folder}`,
      `--audit-folder=${auditFolder}`,
      `--audit-key-folder=${writeAuditKey(certificate.folder)}`,
      '--audit-replica=gateway-0',
      '--drain-seconds=0',
      ...flags,
    ],
    {},
  );
  const gateway = await startGateway({
    configuration,
    client,
    log: createLog({ program: 'gateway', level: process.env['TEST_LOG'] === undefined ? 'silent' : 'debug' }),
    clock: systemClock,
    registry: new Registry(),
    network: world.network,
    secureContext: createSecureContext({ ca: authority.certificate }),
    ...(options.credentials === undefined ? {} : { credentials: withoutLogins(options.credentials) }),
  });
  let ended: Promise<void> | null = null;
  const get = async (port: number, path: string) => (await fetch(`http://${ADDRESS}:${port}${path}`)).text();
  return {
    ...gateway,
    authority,
    world,
    auditFolder,
    records: () =>
      readdirSync(auditFolder)
        .sort()
        .flatMap((file) => readFileSync(join(auditFolder, file), 'utf8').split('\n'))
        .flatMap((line) => (line === '' ? [] : [readRecord(line)])),
    verify: async () => (await verifyFiles(auditFolder, null)).problems,
    readiness: async () => (await get(gateway.ports.probes, '/readyz')).trim().split('\n'),
    metrics: () => get(gateway.ports.metrics, '/metrics'),
    head: async () => JSON.parse(await get(gateway.ports.probes, AUDIT_HEADS.path)) as unknown,
    stop: async () => {
      ended ??= gateway.stop();
      await ended;
    },
    remove: async () => {
      ended ??= gateway.stop();
      await ended;
      world.stop();
      certificate.remove();
      rmSync(auditFolder, { recursive: true });
    },
  };
}
