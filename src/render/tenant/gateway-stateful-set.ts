import { AUDIT_KEY, GATEWAY, GATEWAY_CERTIFICATE, systemNamespaceOf } from '../../api/names.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { ImagePullPolicy } from '../sandbox/pod.ts';
import { type GatewayVault, type VaultParts, vaultPartsOf } from './gateway-vault.ts';
import { GATEWAY_LABELS, GATEWAY_SELECTOR, type RenderedObject } from './rendered-object.ts';

/** What the gateway of every tenant has in common. */
export interface GatewaySettings {
  readonly image: string;
  readonly imagePullPolicy: ImagePullPolicy;
  /** Names of Secrets in each tenant's system namespace. */
  readonly imagePullSecrets: readonly string[];
  /** Limits of a replica, as quantities. */
  readonly cpu: string;
  readonly memory: string;
  /** Blocks in CIDR notation that no agent may reach, beside those that are not public. */
  readonly deniedAddresses: readonly string[];
  /** How long a replica that ends lets its agents finish. */
  readonly drainSeconds: number;
  readonly audit: AuditSettings;
  /** Null where Vault is not used. */
  readonly vault: GatewayVault | null;
}

/** What becomes of the records of a replica. */
export interface AuditSettings {
  /** How long they are kept. */
  readonly retentionDays: number;
  /** Whether they are in the log of the replica too. */
  readonly standardOutput: 'On' | 'Off';
}

/** What an installation that says nothing sets. */
export const GATEWAY_DEFAULTS = {
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  cpu: '1',
  memory: '512Mi',
  deniedAddresses: [],
  drainSeconds: 10,
  audit: { retentionDays: 365, standardOutput: 'Off' },
  vault: null,
} as const;

/** The gateway of one tenant. */
export interface GatewayShape {
  readonly tenant: string;
  readonly replicas: number;
  /** Where the spool lies. If not set: on the node, and each new pod begins with an empty one. */
  readonly storageClassName?: string | undefined;
  /** Whether the tenant has identities in Vault. If not set: it has not, and its gateway is told of none. */
  readonly usesVault?: boolean;
}

/**
 * Without the optimizing compiler for WebAssembly, which takes 600 MB for some seconds when PostgreSQL's parser is first used: the
 * replica would be killed for its memory. A statement takes about as long to parse as with it.
 */
export const GATEWAY_NODE_FLAGS = ['--liftoff-only'] as const;

/** Not root, and no user of the images that agents run. */
const USER = 65_532;

/** Holds the audit. */
const SPOOL = { volume: 'spool', mountPath: '/var/spool/cloister', size: '1Gi' } as const;

const AUDIT_KEY_VOLUME = 'audit-key';
const CERTIFICATE_VOLUME = 'certificate';
/** After it has drained, a replica closes what is still open and writes the last records. */
const CLOSE_SECONDS = 20;

/** What a replica needs when nothing happens, where its limit is not lower. */
const LEAST_CPU = '50m';

/** The tenant's gateway: any number of equal replicas, each with a spool of its own. */
export function gatewayStatefulSet(shape: GatewayShape, settings: GatewaySettings): RenderedObject {
  const { tenant, replicas, storageClassName } = shape;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: GATEWAY.name, namespace: systemNamespaceOf(tenant), labels: GATEWAY_LABELS },
    spec: {
      replicas,
      serviceName: GATEWAY.name,
      // Replicas do not wait for each other: one that does not start must not keep the others away.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: GATEWAY_SELECTOR },
      template: podTemplate(shape, settings),
      ...(storageClassName === undefined ? {} : { volumeClaimTemplates: [spoolClaim(storageClassName)] }),
    },
  };
}

/** A shape with what its pods have because of Vault. */
interface VaultShape extends GatewayShape {
  readonly vault: VaultParts;
}

function podTemplate(given: GatewayShape, settings: GatewaySettings): object {
  const vault = vaultPartsOf(given.usesVault === true ? settings.vault : null);
  const { annotations } = vault;
  const metadata = {
    labels: GATEWAY_LABELS,
    // The API server keeps no empty map, and would be asked for it again and again.
    ...(annotations === null ? {} : { annotations }),
  };
  return { metadata, spec: podSpec({ ...given, vault }, settings) };
}

function podSpec(shape: VaultShape, settings: GatewaySettings): object {
  const { storageClassName } = shape;
  const { imagePullSecrets } = settings;
  const spool = { name: SPOOL.volume, emptyDir: { sizeLimit: SPOOL.size } };
  return {
    serviceAccountName: GATEWAY.name,
    ...(imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    automountServiceAccountToken: true,
    os: { name: 'linux' },
    enableServiceLinks: false,
    terminationGracePeriodSeconds: settings.drainSeconds + CLOSE_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      // Makes the spool and the private key readable to this user.
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: GATEWAY_SELECTOR },
      },
    ],
    containers: [container(shape, settings)],
    volumes: [
      { name: CERTIFICATE_VOLUME, secret: { secretName: GATEWAY_CERTIFICATE.secret, defaultMode: 0o440 } },
      {
        name: AUDIT_KEY_VOLUME,
        // Without it no arguments are recorded.
        secret: { secretName: AUDIT_KEY.secret, defaultMode: 0o440, optional: true },
      },
      ...(storageClassName === undefined ? [spool] : []),
      ...shape.vault.volumes,
    ],
  };
}

function container(shape: VaultShape, settings: GatewaySettings): object {
  const { image, imagePullPolicy, cpu, memory } = settings;
  return {
    name: 'gateway',
    image,
    imagePullPolicy,
    command: ['node', ...GATEWAY_NODE_FLAGS, '/cloister/dist/bin/gateway.js'],
    args: flags(shape, settings),
    ports: [
      { name: 'proxy', containerPort: GATEWAY.proxyPort, protocol: 'TCP' },
      { name: 'api', containerPort: GATEWAY.apiPort, protocol: 'TCP' },
      { name: 'canary', containerPort: GATEWAY.canaryPort, protocol: 'TCP' },
      { name: 'probes', containerPort: GATEWAY.probePort, protocol: 'TCP' },
      { name: 'metrics', containerPort: GATEWAY.metricsPort, protocol: 'TCP' },
    ],
    livenessProbe: { httpGet: { path: '/livez', port: 'probes' }, periodSeconds: 10, timeoutSeconds: 3 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'probes' }, periodSeconds: 2, timeoutSeconds: 3 },
    resources: { requests: { cpu: lesser(cpu, LEAST_CPU), memory }, limits: { cpu, memory } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: CERTIFICATE_VOLUME, mountPath: GATEWAY_CERTIFICATE.mountPath, readOnly: true },
      { name: SPOOL.volume, mountPath: SPOOL.mountPath },
      { name: AUDIT_KEY_VOLUME, mountPath: AUDIT_KEY.mountPath, readOnly: true },
      ...shape.vault.mounts,
    ],
  };
}

function flags({ tenant, replicas, vault }: VaultShape, settings: GatewaySettings): readonly string[] {
  const { deniedAddresses, drainSeconds, audit } = settings;
  return [
    `--namespace=${systemNamespaceOf(tenant)}`,
    `--tenant=${tenant}`,
    // Its share of what the tenant may have is one of so many.
    `--replicas=${replicas}`,
    `--drain-seconds=${drainSeconds}`,
    // Not the mount itself, where some file systems have a folder that only root may read.
    `--audit-folder=${SPOOL.mountPath}/audit`,
    `--audit-key-folder=${AUDIT_KEY.mountPath}`,
    `--audit-retention-days=${audit.retentionDays}`,
    `--audit-standard-output=${audit.standardOutput}`,
    ...(deniedAddresses.length === 0 ? [] : [`--denied-addresses=${deniedAddresses.join(',')}`]),
    ...vault.flags,
  ];
}

function spoolClaim(storageClassName: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: SPOOL.volume, labels: GATEWAY_LABELS },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName,
      resources: { requests: { storage: SPOOL.size } },
    },
  };
}

function lesser(left: string, right: string): string {
  return (parseQuantity(left) ?? 0n) < (parseQuantity(right) ?? 0n) ? left : right;
}
