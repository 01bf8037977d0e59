import { SYSTEM_NAMESPACE, tenantOfSystemNamespace } from '../../api/names.ts';

/** A Service of the cluster. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** The Service by which pods reach the API server. */
export const API_SERVER: ServiceName = { namespace: 'default', name: 'kubernetes' };

/** `vault.vault.svc`, `vault.vault.svc.cluster.local` or `vault.vault`, as pods name a Service. */
const SERVICE_HOST = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?\.?$/i;

/** The Service that a host name may be of; null for one that is of none. `example.com` may be one. */
export function serviceOfHost(host: string): ServiceName | null {
  const [, name, namespace] = SERVICE_HOST.exec(host) ?? [];
  if (name === undefined || namespace === undefined) return null;
  return { namespace: namespace.toLowerCase(), name: name.toLowerCase() };
}

/** The host of the address of Vault, of IPv6 without brackets; null where there is none. */
export function vaultHostOf(address: string | null): string | null {
  return address === null ? null : new URL(address).hostname.replaceAll(/^\[|\]$/g, '');
}

/** Whether a namespace is one of Cloister. */
export function isNamespaceOfCloister(namespace: string): boolean {
  return namespace === SYSTEM_NAMESPACE || tenantOfSystemNamespace(namespace) !== null;
}

/**
 * Why a Service is refused as an upstream by its name, whatever its addresses are; null where it is not. `vaultHost` is that of
 * the address of Vault, null where there is none.
 */
export function whyReserved({ namespace, name }: ServiceName, vaultHost: string | null): string | null {
  if (isNamespaceOfCloister(namespace)) return 'it is in a namespace of Cloister';
  const isNamed = (other: ServiceName): boolean => other.namespace === namespace && other.name === name;
  if (isNamed(API_SERVER)) return 'it is the API server';
  const vault = vaultHost === null ? null : serviceOfHost(vaultHost);
  return vault !== null && isNamed(vault) ? 'it is Vault' : null;
}
