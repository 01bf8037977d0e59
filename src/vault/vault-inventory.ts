import { isRecord } from '../lib/is-record.ts';
import type { VaultHoldings } from '../policy/vault/find-orphans.ts';
import { type Ask, askAt, listNames, readData } from './read-data.ts';
import type { VaultPort } from './vault-port.ts';
import type { VaultSession } from './vault-session.ts';

/** Whether a Vault takes requests. */
export type VaultHealth = 'Ready' | 'Sealed' | 'NotInitialized';

/** Of the current version of a secret in the key-value engine, without its value. */
export type SecretState =
  | { readonly state: 'Present'; /** Milliseconds since 1970. */ readonly createdTime: number }
  /** There is none at the path. */
  | { readonly state: 'Missing' }
  /** Its current version was deleted or destroyed. */
  | { readonly state: 'Deleted' };

/** How often Vault gives a static login another password. */
export interface Rotation {
  /** Null where it is by a schedule. */
  readonly seconds: number | null;
  /** A schedule as of cron; null where it is by a period. */
  readonly schedule: string | null;
}

/** Looks at what is in Vault and changes nothing. Each call rejects with a VaultError. */
export interface VaultInventory {
  /** What the caller may do at each path of its own namespace, in the order of the paths. */
  readonly capabilities: (paths: readonly string[]) => Promise<readonly (readonly string[])[]>;
  readonly holdings: (place: InventoryPlace) => Promise<VaultHoldings>;
  /** The text of a policy; null where there is none. */
  readonly policyText: (name: string, namespace: string | null) => Promise<string | null>;
  /** The `allowed_roles` of a database connection; null where there is no such connection. */
  readonly allowedRoles: (path: string, namespace: string | null) => Promise<readonly string[] | null>;
  /** The `username_template` of a database connection; null where it has none, or there is no such connection. */
  readonly usernameTemplate: (path: string, namespace: string | null) => Promise<string | null>;
  /** How often a static login is rotated; null where there is no such role. `path` is that of the role. */
  readonly rotation: (path: string, namespace: string | null) => Promise<Rotation | null>;
  /** `path` is that of its metadata. */
  readonly secret: (path: string, namespace: string | null) => Promise<SecretState>;
  /** Names of the keys of a secret; null where it is not there. `path` is that of its subkeys, which come without values. */
  readonly secretKeys: (path: string, namespace: string | null) => Promise<readonly string[] | null>;
}

/** Where to look for identities. */
export interface InventoryPlace {
  readonly namespace: string | null;
  readonly authMounts: readonly string[];
}

/** Asks without a login. Rejects with a VaultError. */
export async function readVaultHealth(port: VaultPort): Promise<VaultHealth> {
  // By its own codes Vault would say the same as an error.
  const query = 'standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200';
  const { body } = await port.call({ method: 'GET', path: 'sys/health', query, namespace: null });
  if (body?.['initialized'] === false) return 'NotInitialized';
  return body?.['sealed'] === true ? 'Sealed' : 'Ready';
}

/** `ownNamespace` is the one in which the session logged in; null for the root. */
export function createVaultInventory(session: VaultSession, ownNamespace: string | null): VaultInventory {
  const at = (namespace: string | null): Ask => askAt(session, namespace);
  return {
    capabilities: async (paths) => {
      const { body } = await at(ownNamespace)('POST', 'sys/capabilities-self', { paths });
      const data = isRecord(body?.['data']) ? body['data'] : {};
      return paths.map((path) => textsOf(data[path]));
    },
    holdings: async ({ namespace, authMounts }) => {
      const ask = at(namespace);
      const [policies, ...roles] = await Promise.all(
        ['sys/policies/acl', ...authMounts.map((mount) => `auth/${mount}/role`)].map((path) =>
          listNames(ask, path),
        ),
      );
      return {
        namespace,
        policies: policies ?? [],
        authMounts: authMounts.map((authMount, index) => ({ authMount, roles: roles[index] ?? [] })),
      };
    },
    policyText: async (name, namespace) => {
      const text = (await readData(at(namespace), `sys/policies/acl/${name}`))?.['policy'];
      return typeof text === 'string' ? text : null;
    },
    allowedRoles: async (path, namespace) => {
      const data = await readData(at(namespace), path);
      return data === null ? null : textsOf(data['allowed_roles']);
    },
    usernameTemplate: async (path, namespace) => {
      const details = (await readData(at(namespace), path))?.['connection_details'];
      const template = isRecord(details) ? details['username_template'] : undefined;
      return typeof template === 'string' && template !== '' ? template : null;
    },
    rotation: async (path, namespace) => {
      const data = await readData(at(namespace), path);
      return data === null ? null : readRotation(data);
    },
    secret: async (path, namespace) => readSecretState(await readData(at(namespace), path)),
    secretKeys: async (path, namespace) => {
      const keys = (await readData(at(namespace), path))?.['subkeys'];
      return isRecord(keys) ? Object.keys(keys) : null;
    },
  };
}

function readRotation({
  rotation_period: period,
  rotation_schedule: schedule,
}: Readonly<Record<string, unknown>>): Rotation {
  const hasSchedule = typeof schedule === 'string' && schedule !== '';
  return {
    seconds: typeof period === 'number' && !hasSchedule ? period : null,
    schedule: hasSchedule ? schedule : null,
  };
}

/** The time of the version, since that of the whole changes with a remark that is written beside it. */
function readSecretState(data: Readonly<Record<string, unknown>> | null): SecretState {
  const versions = isRecord(data?.['versions']) ? data['versions'] : {};
  const current = versions[String(data?.['current_version'])];
  if (!isRecord(current)) return { state: 'Missing' };
  const { created_time: created, deletion_time: deletion, destroyed } = current;
  if (destroyed === true || (typeof deletion === 'string' && deletion !== '')) return { state: 'Deleted' };
  const createdTime = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return Number.isNaN(createdTime) ? { state: 'Missing' } : { state: 'Present', createdTime };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
