import { API_VERSION } from '../../../src/api/names.ts';
import type { AgentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { VAULT_NAME_PREFIX } from '../../../src/policy/vault/vault-identity.ts';
import { KINDS } from '../../e2e/tenants.ts';
import { type ApiServerCaller, apiServerCaller } from '../../testbed/api-server-caller.ts';
import { startControlPlane, type StartedControlPlane } from '../../testbed/control-plane.ts';
import { createProgramRunner } from '../../testbed/program-runner.ts';
import {
  type BoundVault,
  operatorVaultFlags,
  startBoundVault,
  VAULT_MOUNTS,
} from '../../testbed/vault/bind-vault.ts';
import { tokenRights } from '../../testbed/vault/token-rights.ts';
import {
  type MeasuredOperator,
  startMeasuredOperator,
  tenantsProvided,
} from '../operator/measured-operator.ts';
import { type SandboxWaves, startSandboxWaves, until } from '../operator/sandbox-waves.ts';
import { intrude, type Intruder, type Refusals, tryUntilRefused } from './try-access.ts';
import { auditVault, type VaultAudit, type VaultCall } from './vault-audit.ts';
import { NAMESPACE, prepareVaultedTenant, TENANT } from './vaulted-tenant.ts';

/** How much is measured. */
export interface ContainmentScale {
  readonly sandboxes: number;
  /** How often they are quarantined while Vault counts nothing. */
  readonly rounds: number;
  /** Whether the operator is that of `dist/`. */
  readonly isBuilt: boolean;
}

/** One quarantine of all sandboxes. */
export interface ContainmentRound {
  /** Of each sandbox, from the request that creates the quarantine. */
  readonly refusals: readonly Refusals[];
  /** As the quarantine itself says. */
  readonly secondsToContain: number;
}

/** What one run came to. */
export interface ContainmentFigures {
  /** Calls of Vault from the creation of the sandboxes until all are ready. */
  readonly create: readonly VaultCall[];
  /** The same while another process looks at all of them, as each resync does. */
  readonly steady: readonly VaultCall[];
  /** The same while all are quarantined, until nothing of a sandbox is left in Vault. */
  readonly kill: readonly VaultCall[];
  readonly rounds: readonly ContainmentRound[];
}

const QUARANTINES = `${KINDS}/agentquarantines`;
const QUIET_MILLISECONDS = 2_000;
const POLL_MILLISECONDS = 250;

interface Surroundings {
  readonly vault: BoundVault;
  readonly audit: VaultAudit;
  readonly waves: SandboxWaves;
  readonly caller: ApiServerCaller;
  readonly scale: ContainmentScale;
  readonly report: (text: string) => void;
}

/** Runs the operator beside a real API server and a real Vault, and takes all figures. */
export async function measureContainment(
  scale: ContainmentScale,
  report: (text: string) => void,
): Promise<ContainmentFigures> {
  const stops: (() => Promise<void> | void)[] = [];
  try {
    report('starting a control plane and Vault');
    const controlPlane = await startControlPlane({ controllerManager: false });
    stops.push(controlPlane.stop);
    const vault = await startBoundVault(controlPlane);
    stops.push(vault.stop);
    await prepareVaultedTenant(controlPlane, vault);
    const audit = await auditVault(vault);
    const waves = await startSandboxWaves(controlPlane, [NAMESPACE]);
    const caller = apiServerCaller(controlPlane.connection);
    stops.push(waves.close, caller.close);
    const runner = await createProgramRunner({ isBuilt: scale.isBuilt });
    stops.push(runner.stop);
    const begin = () => startMeasuredOperator(controlPlane, runner, operatorVaultFlags(vault));
    return await measure(controlPlane, begin, { vault, audit, waves, caller, scale, report });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function measure(
  controlPlane: StartedControlPlane,
  begin: () => Promise<MeasuredOperator>,
  around: Surroundings,
): Promise<ContainmentFigures> {
  const { waves, scale, report, audit } = around;
  const first = await begin();
  await tenantsProvided(controlPlane);
  await controlPlane.apply(tokenRights(TENANT));
  const names = Array.from({ length: scale.sandboxes }, (_, index) => `bench-${index}`);
  audit.take();
  await waves.create(names);
  await waves.whenReady(names.length);
  const create = await takeQuiet(first, around);
  report(`${names.length} sandboxes are ready, after ${create.length} calls of Vault`);
  await first.stop();
  audit.take();
  const operator = await begin();
  const isLooked = async (): Promise<boolean> => (await operator.reconciled()) >= names.length;
  await until(isLooked, () => 'another process has looked at every sandbox');
  const steady = await takeQuiet(operator, around);
  await quarantineAll('counted', names, around);
  const kill = audit.take();
  await audit.stop();
  const rounds: ContainmentRound[] = [];
  for (let number = 1; number <= scale.rounds; number++) {
    await waves.whenReady(names.length);
    await takeQuiet(operator, around);
    rounds.push(await quarantineAll(`round-${number}`, names, around));
  }
  return { create, steady, kill, rounds };
}

async function quarantineAll(
  name: string,
  sandboxes: readonly string[],
  around: Surroundings,
): Promise<ContainmentRound> {
  const { vault, caller, report } = around;
  const intruders: Intruder[] = [];
  for (const sandbox of sandboxes) intruders.push(await intrude(sandbox, vault, caller));
  const began = performance.now();
  const [refusals] = await Promise.all([
    Promise.all(intruders.map((intruder) => tryUntilRefused(intruder, began))),
    createQuarantine(name, caller),
  ]);
  const slowest = Math.max(...refusals.map(({ logInMilliseconds }) => logInMilliseconds));
  report(`${name}: the last of ${sandboxes.length} was refused after ${(slowest / 1_000).toFixed(2)} s`);
  await until(
    () => isEmpty(vault),
    () => 'Vault has nothing of a sandbox',
    POLL_MILLISECONDS,
  );
  const secondsToContain = await secondsOf(name, caller);
  await send(caller, { method: 'DELETE', path: `${QUARANTINES}/${name}` });
  return { refusals, secondsToContain };
}

async function createQuarantine(name: string, caller: ApiServerCaller): Promise<void> {
  const target = { type: 'Namespace', name: NAMESPACE };
  const body = {
    apiVersion: API_VERSION,
    kind: 'AgentQuarantine',
    metadata: { name },
    spec: { target, reason: 'measured' },
  };
  await send(caller, { method: 'POST', path: QUARANTINES, body });
}

/** Waits until the quarantine says how long it took. */
async function secondsOf(name: string, caller: ApiServerCaller): Promise<number> {
  let seconds: number | undefined;
  const isSaid = async (): Promise<boolean> => {
    const quarantine = await send(caller, { method: 'GET', path: `${QUARANTINES}/${name}` });
    seconds = (quarantine as unknown as AgentQuarantine).status?.secondsToContain;
    return seconds !== undefined;
  };
  await until(isSaid, () => `quarantine ${name} says how long it took`);
  return seconds ?? Number.NaN;
}

async function isEmpty({ root }: BoundVault): Promise<boolean> {
  const paths = ['sys/policies/acl', `auth/${VAULT_MOUNTS.auth}/role`];
  const lists = await Promise.all(paths.map((path) => root('LIST', path)));
  const names = lists.flatMap(({ data }) => (data['keys'] ?? []) as string[]);
  return !names.some((name) => name.startsWith(VAULT_NAME_PREFIX));
}

/** Waits until the operator asks Vault for nothing more; gives what it asked for since the last take. */
async function takeQuiet(operator: MeasuredOperator, { audit }: Surroundings): Promise<readonly VaultCall[]> {
  const taken: VaultCall[] = [];
  let last = performance.now();
  const isQuiet = async (): Promise<boolean> => {
    const added = audit.take();
    taken.push(...added);
    if (added.length > 0 || (await operator.waiting()) > 0) last = performance.now();
    return performance.now() - last > QUIET_MILLISECONDS;
  };
  await until(isQuiet, () => 'the operator is quiet', POLL_MILLISECONDS);
  return taken;
}

async function send(
  caller: ApiServerCaller,
  call: Parameters<ApiServerCaller['send']>[0],
): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await caller.send(call);
  if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${body.message}`);
  return body;
}
