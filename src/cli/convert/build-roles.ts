import { API_VERSION } from '../../api/names.ts';
import { type Container, lowerOf } from './compose/container.ts';
import type { Configuration } from './configuration.ts';
import { type ModelVendor, formsOf, sortHosts, type SortedHosts } from './host-forms.ts';
import { buildTools, DATABASE_CREDENTIAL, needsToolServer, TOOL_SERVER } from './role-tools.ts';
import { schemaOf } from './sections/data-isolation.ts';
import { canonicalPath, nameOfRole, type RoleSection } from './sections/permission-model.ts';
import { coresOf } from './sections/sandbox.ts';
import type { ConvertSettings } from './settings.ts';

type Written = Readonly<Record<string, unknown>>;

/** Kubernetes limits this too, and the chapter does not say how much. */
const EPHEMERAL_STORAGE = '1Gi';
const DAY_SECONDS = 86_400;
const MAX_OUTPUT_TOKENS = 4096;

/** What roles are built from. */
export interface RoleFacts {
  readonly configuration: Configuration;
  readonly container: Container;
  readonly settings: ConvertSettings;
}

/**
 * Builds an AgentRole of each role, and one for a default that the configuration does not define: it reads the data that is
 * mounted into the container, and nothing else.
 */
export function buildRoles(facts: RoleFacts): readonly Written[] {
  const { permission_model: model, network } = facts.configuration;
  const hosts = sortHosts(network.allowed_domains);
  const built = Object.entries(model.roles).map(([name, role]) =>
    wrapRole(nameOfRole(name), buildSpec(role, hosts, facts)),
  );
  const defined = new Set(Object.keys(model.roles).map(nameOfRole));
  const missing = roleNames(facts.configuration).filter((name) => !defined.has(name));
  const { dataPaths } = facts.container;
  const reader: RoleSection = {
    allowed_tools: dataPaths.length === 0 ? [] : ['read_file'],
    file_paths: [...dataPaths],
    sql_operations: [],
    require_confirmation: false,
  };
  return [...built, ...missing.map((name) => wrapRole(name, buildSpec(reader, sortHosts([]), facts)))];
}

/** Names of all roles, the default's last where nothing defines it. */
export function roleNames({ permission_model: model }: Configuration): readonly string[] {
  const names = [
    ...Object.keys(model.roles),
    ...(model.default_role === undefined ? [] : [model.default_role]),
  ];
  return [...new Set(names.map(nameOfRole))];
}

function wrapRole(name: string, spec: Written): Written {
  return { apiVersion: API_VERSION, kind: 'AgentRole', metadata: { name }, spec };
}

function buildSpec(
  role: RoleSection,
  hosts: SortedHosts,
  { configuration, container, settings }: RoleFacts,
): Written {
  const tools = buildTools({
    tools: role.allowed_tools,
    paths: role.file_paths.map(canonicalPath),
    operations: role.sql_operations,
    isConfirmed: role.require_confirmation,
    hosts,
    maxResponseMebibytes: configuration.network.max_response_size_mb,
    approvers: settings.approvers,
    tables: statementTables(configuration, settings),
  });
  const upstreams = [
    ...hosts.vendors.map((vendor) => vendorUpstream(vendor, settings)),
    ...(usesToolServer(role) ? [toolServerUpstream()] : []),
  ];
  const credentials = credentialsOf(role, hosts);
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(hosts.connected.length === 0 ? {} : { network: { allow: connections(hosts) } }),
    ...(upstreams.length === 0 ? {} : { upstreams }),
    ...(credentials.length === 0 ? {} : { credentials }),
    sandbox: buildSandbox(configuration, container, settings),
    audit: { record: 'All', arguments: 'Digest' },
  };
}

/** What statements may name: with a schema of the tenant's own, all of it. */
function statementTables(
  { data_isolation: isolation }: Configuration,
  settings: ConvertSettings,
): readonly string[] {
  return isolation?.strategy === 'schema_isolation' ? [`${schemaOf(settings.tenant)}.*`] : settings.tables;
}

function connections(hosts: SortedHosts): readonly Written[] {
  return hosts.connected.flatMap((host) => formsOf(host, hosts)).map((host) => ({ host }));
}

function usesToolServer(role: RoleSection): boolean {
  const served = role.allowed_tools.some((tool) => tool.endsWith('_file') || tool === 'execute_bash');
  return served && needsToolServer(role);
}

function credentialsOf({ allowed_tools: tools }: RoleSection, { vendors }: SortedHosts): readonly Written[] {
  return [
    ...vendors.map(({ name, attach }) => ({ name, attach })),
    ...(tools.includes('execute_sql') ? [{ name: DATABASE_CREDENTIAL, databaseLogin: {} }] : []),
  ];
}

function vendorUpstream({ name, host, api, path }: ModelVendor, { models }: ConvertSettings): Written {
  return {
    name,
    protocol: 'HTTP',
    baseURL: `https://${host}`,
    credential: name,
    methods: ['POST'],
    paths: [path],
    llm: { api, models, maxOutputTokens: MAX_OUTPUT_TOKENS },
  };
}

function toolServerUpstream(): Written {
  const { upstream: name, namespace } = TOOL_SERVER;
  return {
    name,
    protocol: 'MCP',
    baseURL: `https://${name}.${namespace}.svc/mcp`,
    destination: { service: { namespace, name, port: 443 } },
    mcp: { pinning: 'Required' },
  };
}

function buildSandbox(
  { sandbox }: Configuration,
  container: Container,
  { images }: ConvertSettings,
): Written {
  return {
    images: images.map((repository) => ({ repository })),
    limits: {
      cpu: coresOf(lowerOf(String(sandbox.cpu_limit), container.cpus)),
      memory: lowerOf(String(sandbox.memory_limit), container.memory),
      'ephemeral-storage': EPHEMERAL_STORAGE,
    },
    runAsUser: container.user,
    tmp: { size: container.scratchSize },
    seccompProfile: 'RuntimeDefault',
    userNamespace: 'Preferred',
    maxLifetimeSeconds: DAY_SECONDS,
  };
}
