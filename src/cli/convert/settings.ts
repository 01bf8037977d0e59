import { type Command as Program, InvalidArgumentError } from 'commander';

/** What an installation needs and the chapter's configuration does not say. */
export interface ConvertSettings {
  /** Name of the TenantIsolation. */
  readonly tenant: string;
  /** Namespace in which its agents run. */
  readonly namespace: string;
  /** Repositories of the images that may run. */
  readonly images: readonly string[];
  /** Models that may be asked. */
  readonly models: readonly string[];
  /** Group whose members confirm calls. */
  readonly approvers: string;
  readonly database: DatabaseSetting;
  /** Tables that are kept apart and that statements may name, each with its schema. */
  readonly tables: readonly string[];
  /** Storage class of the volumes of the tenant. */
  readonly storageClass: string;
}

interface DatabaseSetting {
  readonly host: string;
  readonly port: number;
  readonly name: string;
}

/** The settings as the command line has them: what was not given is not set. */
export interface SettingFlags {
  readonly tenant?: string;
  readonly namespace?: string;
  readonly image?: readonly string[];
  readonly model?: readonly string[];
  readonly approvers?: string;
  readonly database?: DatabaseSetting;
  readonly table?: readonly string[];
  readonly storageClass?: string;
}

const DEFAULT_TENANT = 'hermes';

/** Adds the options of the settings to a command. */
export function addSettingOptions(command: Program): Program {
  return command
    .option('--tenant <name>', 'name of the TenantIsolation', DEFAULT_TENANT)
    .option('-n, --namespace <name>', 'namespace of its agents (default: the tenant and "-agents")')
    .option('--image <repository...>', 'repository of images that may run; can be repeated')
    .option('--model <name...>', 'model that may be asked; can be repeated')
    .option('--approvers <group>', 'group whose members confirm calls')
    .option('--database <host:port/name>', 'database of the tenant', parseDatabase)
    .option('--table <name...>', 'table with rows of tenants; can be repeated')
    .option('--storage-class <name>', "storage class of the tenant's volumes");
}

function parseDatabase(text: string): DatabaseSetting {
  const match = /^([^:/]+):([1-9][0-9]{0,4})\/([^/]+)$/.exec(text);
  const [, host = '', port = '', name = ''] = match ?? [];
  if (match === null)
    throw new InvalidArgumentError('Give host:port/name, such as warehouse.example.com:5432/warehouse.');
  return { host, port: Number(port), name };
}

/** Fills in what was not given: names of the chapter, and for the rest what allows nothing or cannot be reached. */
export function completeSettings(flags: SettingFlags): ConvertSettings {
  const tenant = flags.tenant ?? DEFAULT_TENANT;
  return {
    tenant,
    namespace: flags.namespace ?? `${tenant}-agents`,
    images: flags.image ?? [],
    models: flags.model ?? [],
    approvers: flags.approvers ?? 'agent-approvers',
    // A name that nothing answers at (RFC 2606).
    database: flags.database ?? { host: 'warehouse.example.com', port: 5432, name: 'warehouse' },
    tables: (flags.table ?? ['agent_conversations']).map((table) =>
      table.includes('.') ? table : `public.${table}`,
    ),
    storageClass: flags.storageClass ?? 'agent-files',
  };
}

/** Names what the objects need and neither the configuration nor the command line says, with the option for it. */
export function missingSettings(flags: SettingFlags): readonly string[] {
  const missing: readonly (readonly [keyof SettingFlags, string])[] = [
    ['image', 'images that may run, so that no pod is admitted: --image'],
    ['model', 'models that may be asked, so that none may: --model'],
    ['approvers', 'the group that confirms calls, here agent-approvers: --approvers'],
    ['database', 'the database, here a name that nothing answers at: --database'],
    ['table', 'tables with rows of tenants, here agent_conversations: --table'],
    ['storageClass', 'the storage class of volumes, here agent-files: --storage-class'],
  ];
  return missing.flatMap(([name, text]) => (flags[name] === undefined ? [text] : []));
}
