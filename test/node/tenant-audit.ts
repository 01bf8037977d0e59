import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIT_HEADS, systemNamespaceOf } from '../../src/api/names.ts';
import { type EpochRegistry, parseRegistry } from '../../src/audit/epoch-registry.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';
import { type CommandResult, orThrow, runCommand } from '../testbed/run-command.ts';
import { gatewayPods } from './gateway-pods.ts';

/** A record, as far as it is looked at. */
export interface AuditRecord {
  readonly metadata: { readonly event_code: string; readonly sequence: number };
  readonly dst_endpoint?: { readonly hostname?: string };
  readonly status_detail?: string;
  readonly unmapped: {
    readonly phase: string;
    readonly effect?: string;
    readonly sandbox?: string;
    readonly proof?: string;
    readonly arguments?: { readonly recorded: string; readonly key_id?: string };
    readonly chain: { readonly epoch: string };
  };
}

/** The operator asks each gateway every 5 s. */
const REGISTER_MILLISECONDS = 30_000;

/** The audit of a tenant: what its gateways wrote on the node, and what the operator registered of it. */
export interface TenantAudit {
  /** Of all replicas. */
  readonly records: () => Promise<readonly AuditRecord[]>;
  /** None where nothing is registered. */
  readonly epochs: () => Promise<EpochRegistry['epochs']>;
  /** Waits until the operator has registered all that is recorded now; gives the epochs. */
  readonly untilRegistered: () => Promise<EpochRegistry['epochs']>;
  /** Runs `cloister audit verify` with what is registered, on a copy whose files were changed. */
  readonly verify: (name: string, change?: (text: string) => string) => Promise<CommandResult>;
}

export function tenantAudit(node: StartedNode, tenant: string): TenantAudit {
  const namespace = systemNamespaceOf(tenant);
  const copy = (name: string) => copyAudit(node, tenant, join(node.folder, name));
  const heads = (output: string) =>
    node.kubectl([
      'get',
      'configmap',
      AUDIT_HEADS.configMap,
      `--namespace=${namespace}`,
      `--output=${output}`,
    ]);
  const records = async (): Promise<readonly AuditRecord[]> => {
    const files = await copy('records');
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    await rm(join(node.folder, 'records'), { recursive: true });
    // What follows the last line break is being written.
    return texts
      .flatMap((text) => text.split('\n').slice(0, -1))
      .map((line) => JSON.parse(line) as AuditRecord);
  };
  const epochs = async (): Promise<EpochRegistry['epochs']> => {
    const { code, stdout } = await heads(`jsonpath={.data.${AUDIT_HEADS.key.replaceAll('.', '\\.')}}`);
    return code === 0 ? parseRegistry(stdout).epochs : [];
  };
  return {
    records,
    epochs,
    untilRegistered: async () => {
      const written = new Map(
        (await records()).map(({ metadata, unmapped }) => [unmapped.chain.epoch, metadata.sequence]),
      );
      const end = performance.now() + REGISTER_MILLISECONDS;
      for (;;) {
        const registered = await epochs();
        const known = registeredHeads(registered);
        const behind = [...written].filter(([epoch, sequence]) => (known.get(epoch) ?? 0) < sequence);
        if (behind.length === 0) return registered;
        if (performance.now() > end) throw new Error(`not registered: ${JSON.stringify(behind)}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
    verify: async (name, change = (text) => text) => {
      for (const file of await copy(name)) await writeFile(file, change(await readFile(file, 'utf8')));
      const registered = join(node.folder, `${name}.yaml`);
      await writeFile(registered, (await orThrow('the registered epochs', heads('yaml'))).stdout);
      const program = join(import.meta.dirname, '../../src/bin/cloister.ts');
      const args = [program, 'audit', 'verify', join(node.folder, name), `--epochs=${registered}`];
      return runCommand({ program: process.execPath, args, environment: { HOME: node.folder } });
    },
  };
}

/** How far each epoch is known: the end of one is in what the next one says of it. */
function registeredHeads(epochs: EpochRegistry['epochs']): ReadonlyMap<string, number> {
  const all = epochs.flatMap((one) => (one.previous === null ? [one] : [one, one.previous]));
  return new Map(all.map(({ epoch, sequence }) => [epoch, sequence]));
}

/** Copies the audit of all replicas from where the node keeps it into a folder. Gives the files, in their order. */
async function copyAudit(node: StartedNode, tenant: string, folder: string): Promise<readonly string[]> {
  for (const { metadata } of await gatewayPods(node, tenant)) {
    const volumes = join(node.folder, 'kubelet/pods', metadata.uid, 'volumes/kubernetes.io~empty-dir');
    await cp(join(volumes, 'spool/audit'), folder, { recursive: true });
  }
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}
