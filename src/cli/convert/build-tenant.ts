import { API_VERSION } from '../../api/names.ts';
import { roleNames } from './build-roles.ts';
import type { Configuration } from './configuration.ts';
import { sortHosts } from './host-forms.ts';
import { DATABASE_CREDENTIAL } from './role-tools.ts';
import { schemaOf, STRATEGIES } from './sections/data-isolation.ts';
import { nameOfRole } from './sections/permission-model.ts';
import type { ConvertSettings } from './settings.ts';

type Written = Readonly<Record<string, unknown>>;
type DataIsolation = NonNullable<Configuration['data_isolation']>;

/** Where the chapter keeps the key of a service: mount, folder and key. */
const STORE = { mount: 'secret', folder: 'hermes-agent', key: 'api_key' } as const;
const DATABASE_MOUNT = 'database';
const ADMIN_CREDENTIAL = `${DATABASE_CREDENTIAL}-admin`;
const EMBEDDINGS = 'public.agent_embeddings';

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
  const login = { mount: DATABASE_MOUNT, connection: database.name };
  return [
    ...sortHosts(network.allowed_domains).vendors.map(({ name }) => ({
      name,
      vaultKV: { mount: STORE.mount, path: `${STORE.folder}/${name}`, key: STORE.key },
    })),
    ...(usesDatabase ? [{ name: DATABASE_CREDENTIAL, vaultDatabase: login }] : []),
    // Vault rotates the login of a static role, as the chapter asks of logins that live long.
    ...(isolation === undefined
      ? []
      : [{ name: ADMIN_CREDENTIAL, vaultDatabase: { ...login, staticRole: ADMIN_CREDENTIAL } }]),
  ];
}

function dataOf({ data_isolation: isolation }: Configuration, settings: ConvertSettings): Written {
  if (isolation === undefined) return {};
  const { host, port, name } = settings.database;
  const places = isolation.enforce_at;
  return {
    database: {
      strategy: STRATEGIES[isolation.strategy],
      connection: { host, port, database: name, adminCredential: ADMIN_CREDENTIAL },
      ...partOf(isolation, settings),
    },
    ...(places.includes('vector_store') ? { vectorStore: { pgvector: { tables: [EMBEDDINGS] } } } : {}),
    ...(places.includes('file_storage')
      ? { fileStorage: { persistentVolumes: { storageClassName: settings.storageClass } } }
      : {}),
  };
}

/** What of the database is the tenant's. */
function partOf(isolation: DataIsolation, { tenant, tables }: ConvertSettings): Written {
  switch (STRATEGIES[isolation.strategy]) {
    case 'RowLevel':
      return { tenantColumn: isolation.tenant_field, tenantValue: tenant, tables };
    case 'Schema':
      return { schema: schemaOf(tenant) };
    case 'Dedicated':
    default:
      return {};
  }
}
