import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { readConfiguration } from '../../src/operator/configuration.ts';
import type { VaultIdentities } from '../../src/vault/vault-identities.ts';
import { type Operator, type OperatorOptions, startOperator } from '../../src/operator/start-operator.ts';
import { deleteRegistrations } from '../demo/prepare.ts';
import { readSampleObject } from '../demo/samples.ts';
import type { StartedControlPlane } from '../testbed/control-plane.ts';
import { GATE_SOURCES } from '../testbed/gate-sources.ts';
import { installCloister } from '../testbed/install-cloister.ts';

/** The operator in this process, as its own user, with all that it writes counted. */
export interface OperatorOnCluster {
  readonly operator: Operator;
  /** What it wrote, such as `apply ConfigMap acme/cloister-ca`. */
  readonly writes: readonly string[];
  /** What it logged as errors. */
  readonly errors: readonly string[];
  /** Whether it tried to write more than it may. */
  readonly isCut: () => boolean;
  readonly stop: () => Promise<void>;
}

export interface OperatorOnClusterOptions {
  readonly flags?: readonly string[];
  readonly clock?: Clock;
  /** After so many writes none reaches the API server, as if the program had been killed. */
  readonly maxWrites?: number;
  /** If not set: there is none. */
  readonly vault?: VaultIdentities;
  /** How databases are found and reached. If not set: as the system does. */
  readonly network?: Required<Pick<OperatorOptions, 'resolveHost' | 'connectAddress'>>;
  /** If not set: one that nobody reads. */
  readonly registry?: Registry;
}

const GATEWAY_FLAGS = ['--gateway-image=packages.example.com/cloister:1', '--gateway-memory=256Mi'];

/** Installs Cloister without its webhook, and what the operator reads of a cluster with nodes. */
export async function prepareCluster(controlPlane: StartedControlPlane): Promise<void> {
  await installCloister(controlPlane, 'https://127.0.0.1:1');
  await deleteRegistrations(controlPlane);
  await controlPlane.apply([...GATE_SOURCES, readSampleObject('role-read-only.yaml')]);
}

export async function startOperatorOn(
  controlPlane: StartedControlPlane,
  options: OperatorOnClusterOptions = {},
): Promise<OperatorOnCluster> {
  const { flags = GATEWAY_FLAGS, clock = systemClock, maxWrites = Infinity, vault, network } = options;
  const client = await createKubeClient({ kubeconfig: controlPlane.kubeconfigFor('operator') });
  const counted = countWrites(client, maxWrites);
  const errors: string[] = [];
  const operator = startOperator({
    client: counted.client,
    logger: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (fields, message) => errors.push(`${message} ${describe(fields)}`),
    },
    clock,
    registry: options.registry ?? new Registry(),
    instance: 'operator',
    identity: randomUUID(),
    configuration: readConfiguration(flags, {}),
    vault: vault === undefined ? null : () => counted.countVault(vault),
    staticLogins: null,
    ...network,
    environment: { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
    readResolverConfiguration: () => Promise.resolve('search svc\nnameserver 10.96.0.10\n'),
  });
  return {
    operator,
    writes: counted.writes,
    errors,
    isCut: counted.isCut,
    stop: async () => {
      await operator.stop();
      await client.close();
    },
  };
}

function describe(fields: object): string {
  const { err } = fields as { err?: unknown };
  const causes = err instanceof AggregateError ? (err.errors as unknown[]) : [err];
  return causes.map(String).join('; ');
}

function countWrites(client: KubeClient, most: number) {
  const writes: string[] = [];
  const state = { isCut: false };
  const note = (verb: string, kind: string, name: { namespace?: string; name?: string }): void => {
    // Told to people; nothing depends on it.
    if (kind === 'Event') return;
    if (writes.length >= most) {
      state.isCut = true;
      throw new Error('the program was killed');
    }
    const of = [name.namespace, name.name].filter((part) => part !== undefined).join('/');
    writes.push(`${verb} ${kind} ${of}`.trim());
  };
  const noted: Partial<KubeClient> = {
    create: async (resource, object, write) => {
      note('create', resource.kind, object.metadata);
      return client.create(resource, object, write);
    },
    apply: async (resource, object, write) => {
      note('apply', resource.kind, object.metadata);
      return client.apply(resource, object, write);
    },
    applyStatus: async (resource, object, write) => {
      note('status', resource.kind, object.metadata);
      return client.applyStatus(resource, object, write);
    },
    patch: async (resource, name, patch, write) => {
      note('patch', resource.kind, name);
      return client.patch(resource, name, patch, write);
    },
    delete: async (resource, name, remove) => {
      note('delete', resource.kind, name);
      return client.delete(resource, name, remove);
    },
  };
  /** Calls of Vault count as writes: a program may be killed before any of them. */
  const countVault = (vault: VaultIdentities): VaultIdentities => {
    const counted = Object.entries(vault).map(([name, call]) => [
      name,
      async (...given: unknown[]): Promise<unknown> => {
        note('vault', name, {});
        return (call as (...all: unknown[]) => Promise<unknown>)(...given);
      },
    ]);
    return Object.fromEntries(counted) as VaultIdentities;
  };
  return { client: { ...client, ...noted }, writes, countVault, isCut: () => state.isCut };
}
