import { systemNamespaceOf, VAULT_AUTHORITY } from '../../api/names.ts';
import { sha256 } from '../../lib/sha256.ts';
import { GATEWAY_LABELS, type RenderedObject } from './rendered-object.ts';

/** Where gateways find Vault. */
export interface GatewayVault {
  /** `https://host:port`. */
  readonly address: string;
  /** Certificates in PEM, one of which Vault's has to be signed by; null for those that Node trusts. */
  readonly authority: string | null;
}

/** On which Vault itself listens, behind a Service of another port. */
const VAULT_PORT = 8200;

/** The ports on which Vault answers: that of its address, and its own. */
export function vaultPortsOf({ address }: GatewayVault): readonly number[] {
  const { port, protocol } = new URL(address);
  const named = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return [...new Set([named, VAULT_PORT])].sort((left, right) => left - right);
}

/** What the gateway of a tenant trusts Vault by. */
export function vaultAuthorityConfigMap(tenant: string, authority: string): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: VAULT_AUTHORITY.configMap,
      namespace: systemNamespaceOf(tenant),
      labels: GATEWAY_LABELS,
    },
    data: { [VAULT_AUTHORITY.key]: authority },
  };
}

/** What the pods of a gateway have because of Vault. */
export interface VaultParts {
  readonly flags: readonly string[];
  readonly volumes: readonly object[];
  readonly mounts: readonly object[];
  /** A replica reads the certificates when it starts, so that others need other replicas. */
  readonly annotations: Readonly<Record<string, string>> | null;
}

const NONE: VaultParts = { flags: [], volumes: [], mounts: [], annotations: null };

const VOLUME = 'vault-authority';

/** `vault` is null where the tenant does not use it. */
export function vaultPartsOf(vault: GatewayVault | null): VaultParts {
  if (vault === null) return NONE;
  const { address, authority } = vault;
  const flags = [`--vault-address=${address}`];
  if (authority === null) return { ...NONE, flags };
  const { configMap, key, mountPath } = VAULT_AUTHORITY;
  return {
    flags: [...flags, `--vault-ca-file=${mountPath}/${key}`],
    volumes: [{ name: VOLUME, configMap: { name: configMap } }],
    mounts: [{ name: VOLUME, mountPath, readOnly: true }],
    annotations: { 'checksum/vault-ca': sha256(authority) },
  };
}
