import { nonEmpty, type ReadSetting, type SettingParser } from '../lib/settings.ts';
import { VAULT_NAME_PREFIX } from '../policy/vault/vault-identity.ts';
import { isLiteralPath } from '../policy/vault/vault-mounts.ts';
import type { VaultSettings } from './vault-settings.ts';

/** The settings of Vault. */
export const VAULT_SETTINGS = [
  'vault-address',
  'vault-ca-file',
  'vault-auth-mount',
  'vault-role',
  'vault-namespace',
  'vault-token-file',
] as const;

type Read = ReadSetting<(typeof VAULT_SETTINGS)[number]>;

/** The settings of a program that logs in to Vault as somebody else. */
export const VAULT_ADDRESS_SETTINGS = ['vault-address', 'vault-ca-file'] as const;

type ReadAddress = ReadSetting<(typeof VAULT_ADDRESS_SETTINGS)[number]>;

/** What holds where only the address is set. The chart mounts the token at this path. */
const VAULT_DEFAULTS = {
  authMount: 'kubernetes',
  role: 'operator-cloister',
  tokenFile: '/var/run/secrets/cloister.dev/vault/token',
} as const;

/** Reads where Vault is; null where it is not used. Without an address nothing else of it may be set. */
export function readVaultSettings(read: Read): VaultSettings | null {
  const { scheme, address, authorityFile } = readAddress(read);
  const withAddress = requireAddress(scheme);
  const authMount = read<string>('vault-auth-mount', withAddress(vaultPath), VAULT_DEFAULTS.authMount);
  const role = read<string>('vault-role', withAddress(operatorRole), VAULT_DEFAULTS.role);
  const namespace = read<string | null>('vault-namespace', withAddress(vaultPath), null);
  const tokenFile = read<string>('vault-token-file', withAddress(nonEmpty), VAULT_DEFAULTS.tokenFile);
  return address === null ? null : { address, authorityFile, authMount, role, namespace, tokenFile };
}

/** Reads where Vault is, and nothing of who logs in; null where it is not used. */
export function readVaultAddress(read: ReadAddress): Pick<VaultSettings, 'address' | 'authorityFile'> | null {
  const { address, authorityFile } = readAddress(read);
  return address === null ? null : { address, authorityFile };
}

type Scheme = 'none' | 'http' | 'https';

function readAddress(read: ReadAddress) {
  let scheme: Scheme = 'none';
  const address = read<string | null>(
    'vault-address',
    (text) => {
      if (text !== '') scheme = text.startsWith('http:') ? 'http' : 'https';
      return vaultAddress(text);
    },
    null,
  );
  const overTLS = <T>(parse: SettingParser<T>): SettingParser<T> =>
    scheme === 'http' ? () => ({ problem: 'left out where --vault-address begins with http://' }) : parse;
  const authorityFile = read<string | null>('vault-ca-file', requireAddress(scheme)(overTLS(nonEmpty)), null);
  return { scheme: scheme as Scheme, address, authorityFile };
}

function requireAddress(scheme: Scheme): <T>(parse: SettingParser<T>) => SettingParser<T> {
  return (parse) =>
    scheme === 'none' ? () => ({ problem: 'left out where --vault-address is not set' }) : parse;
}

/** Reads an address. An empty text is none, as with images. A token must not go over a network that others read. */
export function vaultAddress(text: string): ReturnType<SettingParser<string | null>> {
  if (text === '') return { value: null };
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null && `${url.pathname}${url.search}${url.hash}${url.username}${url.password}` === '/';
  const isProtected =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  return isPlain && isProtected
    ? { value: url.origin }
    : { problem: 'an https:// URL with only a host and a port (http:// only to 127.0.0.1 or [::1])' };
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\])$/;

function vaultPath(text: string): ReturnType<SettingParser<string>> {
  return isLiteralPath(text)
    ? { value: text }
    : { problem: 'a path of Vault without "/" at its ends: letters, digits and _.-, parts separated by "/"' };
}

/** The operator may write every role with the prefix, and would write its own. */
function operatorRole(text: string): ReturnType<SettingParser<string>> {
  return /^[A-Za-z0-9_.-]+$/.test(text) && !text.toLowerCase().startsWith(VAULT_NAME_PREFIX)
    ? { value: text }
    : { problem: `the name of an auth role of Vault, which must not begin with ${VAULT_NAME_PREFIX}` };
}
