import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { Secret } from '../../lib/secret.ts';

/** The values of a credential by their names; a binding with one key has the one value `ONE_VALUE`. */
export type CredentialValues = Readonly<Record<string, Secret>>;

/** Name of the one value of a binding with `key`. */
export const ONE_VALUE = 'value';

/** Maximum length of a value. A header that is longer is refused by every server. */
export const MAX_VALUE_CHARACTERS = 16 * 1024;

type Binding = TenantIsolation['spec']['credentials'][number];

/** Which keys of a secret a binding names. */
export type SecretSelection = Pick<NonNullable<Binding['vaultKV']>, 'key' | 'keys'>;

/** The names of the values that a binding gives, each with its key in the secret. */
export function selectedKeys({
  key,
  keys,
}: SecretSelection): readonly (readonly [name: string, key: string])[] {
  if (keys === undefined) return key === undefined ? [] : [[ONE_VALUE, key]];
  return Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

const SIGNING = ['accessKeyId', 'secretAccessKey'];

/** By the type of `attach`, the sets of values that it takes, by their names. */
const VALUE_SETS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Basic: [[ONE_VALUE], ['username', 'password']],
  AWSSigV4: [SIGNING, [...SIGNING, 'sessionToken']],
  ClientCertificate: [['certificate', 'privateKey']],
};

/** Whether a type of `attach` takes exactly these values. */
export function takesValues(type: string, names: readonly string[]): boolean {
  const sets = VALUE_SETS[type] ?? [[ONE_VALUE]];
  return sets.some((set) => set.length === names.length && set.every((name) => names.includes(name)));
}
