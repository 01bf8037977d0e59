import { WEBHOOK } from '../api/names.ts';
import type { NodePorts } from '../lib/gate-protocol.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import {
  digests,
  dnsLabel,
  ipBlock,
  listOf,
  nonEmpty,
  oneOf,
  quantity,
  readSettings,
  type ReadSetting,
  type SettingResult,
  socketAddress,
  wholeNumber,
} from '../lib/settings.ts';
import type { ImagePullPolicy } from '../render/sandbox/pod.ts';
import { DEFAULT_API_SERVER_PORTS } from '../render/tenant/gateway-network-policy.ts';
import { GATEWAY_DEFAULTS, type GatewaySettings } from '../render/tenant/gateway-stateful-set.ts';
import { readVaultSettings, VAULT_SETTINGS } from '../vault/read-vault-settings.ts';
import type { VaultSettings } from '../vault/vault-settings.ts';

/** The start gate that sandboxes get. */
export interface StartGateSettings {
  /** Null where sandboxes get none. */
  readonly image: string | null;
  /** Digests of the images that the webhook trusts as a start gate. */
  readonly digests: readonly string[];
}

/** What the operator tells gateways of what agents must not reach. */
export interface GateSettings {
  /** Whether a pod may start that reaches ports of its own node. */
  readonly nodePorts: NodePorts;
  /** Addresses outside the cluster that answer. */
  readonly outsideTargets: readonly { readonly address: string; readonly port: number }[];
  /** Name of the webhook's Service; null where the webhook is not behind one. */
  readonly webhookService: string | null;
}

/** The configuration of the operator. */
export interface OperatorConfiguration {
  /** The address to listen on. Undefined means all addresses. */
  readonly address: string | undefined;
  readonly probePort: number;
  readonly metricsPort: number;
  /** Path of a kubeconfig. Undefined means $KUBECONFIG, ~/.kube/config or the pod's ServiceAccount, in this order. */
  readonly kubeconfig: string | undefined;
  readonly logLevel: LogLevel;
  /** Takes everything away that was made for tenants, and ends. */
  readonly release: boolean;
  /** Null where tenants get no gateway. */
  readonly gateway: GatewaySettings | null;
  readonly gate: GateSettings;
  readonly startGate: StartGateSettings;
  /** How images of Cloister are pulled. */
  readonly imagePullPolicy: ImagePullPolicy;
  /** Ports of the API server, which gateways may reach. */
  readonly apiServerPorts: readonly number[];
  /** After so long it is tried again whether a login of a tenant reaches rows of others. */
  readonly databaseProbeSeconds: number;
  /** Null where Vault is not used. */
  readonly vault: VaultSettings | null;
}

const SETTINGS = [
  'address',
  'probe-port',
  'metrics-port',
  'kubeconfig',
  'log-level',
  'release',
  'gateway-image',
  'gateway-cpu',
  'gateway-memory',
  'gateway-denied-addresses',
  'gateway-drain-seconds',
  'gateway-audit-retention-days',
  'gateway-audit-standard-output',
  'start-gate-image',
  'start-gate-digests',
  'image-pull-policy',
  'image-pull-secrets',
  'node-ports',
  'outside-targets',
  'api-server-ports',
  'webhook-service',
  'database-probe-seconds',
  ...VAULT_SETTINGS,
] as const;

type Read = ReadSetting<(typeof SETTINGS)[number]>;

/** Reads the configuration from flags and environment. Throws one error that lists every problem. */
export function readConfiguration(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): OperatorConfiguration {
  const source = { program: 'operator', names: SETTINGS, parameters, environment };
  return readSettings(source, (read) => ({
    address: read<string | undefined>('address', nonEmpty, undefined),
    probePort: read('probe-port', wholeNumber(0, 65_535), 8081),
    metricsPort: read('metrics-port', wholeNumber(0, 65_535), 9090),
    kubeconfig: read<string | undefined>('kubeconfig', nonEmpty, undefined),
    logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
    release: read('release', oneOf('true', 'false'), 'false') === 'true',
    ...readGateway(read),
    gate: readGate(read),
    startGate: {
      image: read<string | null>('start-gate-image', imageOrNone, null),
      digests: read<readonly string[]>('start-gate-digests', digests, []),
    },
    apiServerPorts: read('api-server-ports', listOf(wholeNumber(1, 65_535)), DEFAULT_API_SERVER_PORTS),
    databaseProbeSeconds: read('database-probe-seconds', wholeNumber(10, 86_400), 3_600),
    vault: readVaultSettings(read),
  }));
}

/** Reads the pull policy, which the gateway shares with the start gate, once: a wrong one is one problem. */
function readGateway(read: Read): Pick<OperatorConfiguration, 'gateway' | 'imagePullPolicy'> {
  const image = read<string | null>('gateway-image', imageOrNone, null);
  const limits = {
    cpu: read('gateway-cpu', quantity, GATEWAY_DEFAULTS.cpu),
    memory: read('gateway-memory', quantity, GATEWAY_DEFAULTS.memory),
    deniedAddresses: read<readonly string[]>('gateway-denied-addresses', listOf(ipBlockText), []),
    drainSeconds: read('gateway-drain-seconds', wholeNumber(0, 600), GATEWAY_DEFAULTS.drainSeconds),
    audit: readAudit(read),
  };
  const imagePullPolicy = read<ImagePullPolicy>(
    'image-pull-policy',
    oneOf('Always', 'IfNotPresent', 'Never'),
    GATEWAY_DEFAULTS.imagePullPolicy,
  );
  const imagePullSecrets = read<readonly string[]>('image-pull-secrets', listOf(nonEmpty), []);
  // The certificates of Vault are in a file, which is read when the operator starts.
  const gateway =
    image === null ? null : { image, imagePullPolicy, imagePullSecrets, ...limits, vault: null };
  return { gateway, imagePullPolicy };
}

function readAudit(read: Read): GatewaySettings['audit'] {
  const { retentionDays, standardOutput } = GATEWAY_DEFAULTS.audit;
  return {
    retentionDays: read('gateway-audit-retention-days', wholeNumber(1, 3_650), retentionDays),
    standardOutput: read<'On' | 'Off'>('gateway-audit-standard-output', oneOf('On', 'Off'), standardOutput),
  };
}

function readGate(read: Read): GateSettings {
  return {
    nodePorts: read<NodePorts>('node-ports', oneOf('Refuse', 'Report'), 'Refuse'),
    outsideTargets: read<GateSettings['outsideTargets']>('outside-targets', listOf(socketAddress), [
      { address: '1.1.1.1', port: 443 },
    ]),
    webhookService: read<string | null>(
      'webhook-service',
      (text) => (text === '' ? { value: null } : dnsLabel(text)),
      WEBHOOK,
    ),
  };
}

/** A block as the gateway is given it. */
function ipBlockText(text: string): SettingResult<string> {
  const read = ipBlock(text);
  return 'problem' in read ? read : { value: text };
}

/** An empty text is none, as the chart writes it. */
function imageOrNone(text: string): { value: string | null } {
  return { value: text.trim() === '' ? null : text };
}
