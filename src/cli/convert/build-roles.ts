import { API_VERSION } from '../../api/names.ts';
import type { Configuration } from './configuration.ts';
import { type ModelVendor, formsOf, sortHosts, type SortedHosts } from './host-forms.ts';
import { buildTools, DATABASE_CREDENTIAL, needsToolServer, TOOL_SERVER } from './role-tools.ts';
import { canonicalPath, nameOfRole, type RoleSection } from './sections/permission-model.ts';
import { coresOf } from './sections/sandbox.ts';
import type { ConvertSettings } from './settings.ts';

type Written = Readonly<Record<string, unknown>>;

/** The user of the chapter's container, and the size of its scratch space. */
const USER = 1001;
const SCRATCH_SIZE = '100Mi';
/** Kubernetes limits this too, and the chapter does not say how much. */
const EPHEMERAL_STORAGE = '1Gi';
const DAY_SECONDS = 86_400;
const MAX_OUTPUT_TOKENS = 4096;

/** Builds an AgentRole of each role, and one without tools for a default that the configuration does not define. */
export function buildRoles(configuration: Configuration, settings: ConvertSettings): readonly Written[] {
  const { roles } = configuration.permission_model;
  const built = Object.entries(roles).map(([name, role]) =>
    wrapRole(nameOfRole(name), buildSpec(role, configuration, settings)),
  );
  const missing = roleNames(configuration).filter(
    (name) => !Object.keys(roles).some((one) => nameOfRole(one) === name),
  );
  return [...built, ...missing.map((name) => wrapRole(name, commonSpec(configuration, settings)))];
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

function buildSpec(role: RoleSection, configuration: Configuration, settings: ConvertSettings): Written {
  const hosts = sortHosts(configuration.network.allowed_domains);
  const tools = buildTools({
    tools: role.allowed_tools,
    paths: role.file_paths.map(canonicalPath),
    operations: role.sql_operations,
    isConfirmed: role.require_confirmation,
    hosts,
    maxResponseMebibytes: configuration.network.max_response_size_mb,
    approvers: settings.approvers,
    tables: settings.tables,
  });
  const upstreams = [
    ...hosts.vendors.map((vendor) => vendorUpstream(vendor, settings)),
    ...(usesToolServer(role) ? [toolServerUpstream()] : []),
  ];
  const credentials = credentialsOf(role, hosts);
  const { sandbox, audit } = commonSpec(configuration, settings);
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(hosts.connected.length === 0 ? {} : { network: { allow: connections(hosts) } }),
    ...(upstreams.length === 0 ? {} : { upstreams }),
    ...(credentials.length === 0 ? {} : { credentials }),
    sandbox,
    audit,
  };
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

function commonSpec({ sandbox }: Configuration, { images }: ConvertSettings): Written {
  return {
    sandbox: {
      images: images.map((repository) => ({ repository })),
      limits: {
        cpu: coresOf(sandbox.cpu_limit),
        memory: sandbox.memory_limit,
        'ephemeral-storage': EPHEMERAL_STORAGE,
      },
      runAsUser: USER,
      tmp: { size: SCRATCH_SIZE },
      seccompProfile: 'RuntimeDefault',
      userNamespace: 'Preferred',
      maxLifetimeSeconds: DAY_SECONDS,
    },
    audit: { record: 'All', arguments: 'Digest' },
  };
}
