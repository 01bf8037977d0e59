import { API_VERSION } from '../../api/names.ts';
import { roleNames } from './build-roles.ts';
import type { Configuration } from './configuration.ts';
import { sortHosts } from './host-forms.ts';
import { DATABASE_CREDENTIAL } from './role-tools.ts';
import { STRATEGIES } from './sections/data-isolation.ts';
import { nameOfRole } from './sections/permission-model.ts';
import type { ConvertSettings } from './settings.ts';

type Written = Readonly<Record<string, unknown>>;

/** Where the chapter keeps the key of a service: mount, folder and key. */
const STORE = { mount: 'secret', folder: 'hermes-agent', key: 'api_key' } as const;
const DATABASE_MOUNT = 'database';
const ADMIN_CREDENTIAL = `${DATABASE_CREDENTIAL}-admin`;
const EMBEDDINGS = 'agent_embeddings';

/** Builds the TenantIsolation. */
export function buildTenant(configuration: Configuration, settings: ConvertSettings): Written {
  const { permission_model: model, secrets } = configuration;
  const credentials = bindings(configuration, settings);
  const defaultRole = model.default_role === undefined ? {} : { default: nameOfRole(model.default_role) };
  return {
    apiVersion: API_VERSION,
    kind: 'TenantIsolation',
    metadata: { name: settings.tenant },
    spec: {
      namespaces: [{ name: settings.namespace }],
      roles: { allowed: roleNames(configuration), ...defaultRole },
      vault: { authMount: secrets.auth_method },
      ...(credentials.length === 0 ? {} : { credentials }),
      ...dataOf(configuration, settings),
      onEgressOpen: 'Quarantine',
      adopt: 'Report',
    },
  };
}

function bindings(configuration: Configuration, { database }: ConvertSettings): readonly Written[] {
  const { permission_model: model, network, data_isolation: isolation } = configuration;
  const usesDatabase = Object.values(model.roles).some((role) => role.allowed_tools.includes('execute_sql'));
  const kept = (service: string, key: string) => ({
    mount: STORE.mount,
    path: `${STORE.folder}/${service}`,
    key,
  });
  return [
    ...sortHosts(network.allowed_domains).vendors.map(({ name }) => ({
      name,
      vaultKV: kept(name, STORE.key),
    })),
    ...(usesDatabase
      ? [{ name: DATABASE_CREDENTIAL, vaultDatabase: { mount: DATABASE_MOUNT, connection: database.name } }]
      : []),
    ...(isolation === undefined
      ? []
      : [{ name: ADMIN_CREDENTIAL, vaultKV: kept(ADMIN_CREDENTIAL, 'password') }]),
  ];
}

function dataOf({ data_isolation: isolation }: Configuration, settings: ConvertSettings): Written {
  if (isolation === undefined) return {};
  const { host, port, name } = settings.database;
  const isRowLevel = STRATEGIES[isolation.strategy] === 'RowLevel';
  const database = {
    strategy: STRATEGIES[isolation.strategy],
    connection: { host, port, database: name, adminCredential: ADMIN_CREDENTIAL },
    ...(isRowLevel ? { tenantColumn: isolation.tenant_field } : {}),
    tables: settings.tables,
  };
  const places = isolation.enforce_at;
  return {
    database,
    ...(places.includes('vector_store') ? { vectorStore: { pgvector: { tables: [EMBEDDINGS] } } } : {}),
    ...(places.includes('file_storage')
      ? { fileStorage: { persistentVolumes: { storageClassName: settings.storageClass } } }
      : {}),
  };
}
