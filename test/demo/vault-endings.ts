import { fileURLToPath } from 'node:url';
import type { AgentQuarantine } from '../../src/api/agent-quarantine.ts';
import type { AgentSandbox } from '../../src/api/agent-sandbox.ts';
import { LOGIN_SETTLE_MILLISECONDS } from '../../src/operator/removal/decide-removal.ts';
import { vaultName } from '../../src/policy/vault/vault-identity.ts';
import { playedStatus } from '../e2e/played-pod.ts';
import { orThrow, runCommand } from '../testbed/run-command.ts';
import { mustSucceed } from '../testbed/vault/call-vault.ts';
import { CORE, runPod, SANDBOXES, waitForReason } from './demo-calls.ts';
import type { Outcome, PlayedStep } from './play-steps.ts';
import { NAMESPACE } from './scenario.ts';
import { SECRETS, type VaultStage } from './vault-stage.ts';
import { listInVault, type Visitor } from './vault-visitor.ts';

const COMMAND = fileURLToPath(new URL('../../src/bin/cloister.ts', import.meta.url));
const QUARANTINE = 'suspect';
const EVENTS = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;

/** What is repaired, taken back and given anew. */
export function endingSteps(stage: VaultStage): readonly PlayedStep[] {
  const { visitor, neighbour } = stage;
  return [
    repairDrift(stage),
    quarantine(stage),
    ...triedAgain('contained', visitor),
    containedPod(stage),
    release(stage),
    complete(stage),
    ...triedAgain('completed', neighbour),
    nothingLeft(stage),
  ];
}

/** In Vault somebody lets the sandbox read everything, and takes its auth role away. */
function repairDrift(stage: VaultStage): PlayedStep {
  const { vault, cloister, calls, visitor } = stage;
  const name = vaultName(visitor.owner);
  return {
    step: 'in Vault, its policy is widened and its auth role deleted by hand',
    expected: 'Repaired',
    run: async () => {
      const path = `sys/policies/acl/${name}`;
      const before = (await vault.root('GET', path)).data['policy'];
      const policy = 'path "secret/*" { capabilities = ["read"] }';
      await mustSucceed('widen the policy', vault.root('PUT', path, { policy }));
      await mustSucceed('delete the role', vault.root('DELETE', `auth/kubernetes/role/${name}`));
      // It looks every ten minutes, and when it starts.
      await cloister.operator.stop(10_000);
      await cloister.startAgain('operator');
      const note = await calls.wait('an event of the repair', async () => {
        const { items = [] } = (await calls.read<{ items: readonly RecordedEvent[] }>(EVENTS)) ?? {};
        return items.find(({ reason }) => reason === 'VaultDriftRepaired')?.note;
      });
      const isSame = (await vault.root('GET', path)).data['policy'] === before;
      const again = await visitor.logIn();
      const stillRefused = await visitor.readSecret(SECRETS.neighbour);
      const isRepaired = isSame && again.got === 'Logged in' && stillRefused.got === 'Refused';
      return { got: isRepaired ? 'Repaired' : 'Not repaired', details: [`  - event: ${note}`] };
    },
  };
}

interface RecordedEvent {
  readonly reason: string;
  readonly note: string;
}

function quarantine(stage: VaultStage): PlayedStep {
  const { calls, visitor } = stage;
  const { sandbox } = visitor.owner;
  const words = [`sandbox/${NAMESPACE}/${sandbox}`, '--reason', 'It called home.', '--name', QUARANTINE];
  return {
    step: `cloister quarantine ${words[0]}`,
    expected: 'Contained',
    run: async () => {
      const said = await runCloister(stage, ['quarantine', ...words]);
      const path = `/apis/cloister.dev/v1alpha1/agentquarantines/${QUARANTINE}`;
      const found = await calls.read<AgentQuarantine>(path);
      const { secondsToContain } = found?.status ?? {};
      if (secondsToContain === undefined) return { got: 'Not contained', details: said };
      return {
        got: 'Contained',
        details: [
          ...said,
          ...(await removalOf(stage, sandbox)),
          `  - status.secondsToContain: ${secondsToContain}`,
        ],
      };
    },
  };
}

/** Runs the command line, and returns its lines. */
async function runCloister(
  { controlPlane }: VaultStage,
  args: readonly string[],
): Promise<readonly string[]> {
  const { stdout } = await orThrow(
    `cloister ${args[0]}`,
    runCommand({
      program: process.execPath,
      args: [COMMAND, ...args],
      environment: { KUBECONFIG: controlPlane.kubeconfig, HOME: controlPlane.connection.folder },
    }),
  );
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => `  - ${line}`);
}

/** By then nobody can use anything in Vault: what is left of the names is deleted. */
const LATER = `due ${LOGIN_SETTLE_MILLISECONDS / 1_000} s after LoginClosed, when no login can be under way`;

/** The steps in `status.removal`, and how many seconds after the first one each was done. */
async function removalOf({ calls }: VaultStage, sandbox: string): Promise<readonly string[]> {
  const found = await calls.read<AgentSandbox>(`${SANDBOXES}/${sandbox}`);
  const steps = found?.status?.removal ?? [];
  const times = steps.flatMap(({ completedTime }) => completedTime ?? []).map((time) => Date.parse(time));
  const first = Math.min(...times);
  return steps.map(({ name, completedTime, message = LATER }) => {
    const when =
      completedTime === undefined ? message : `after ${(Date.parse(completedTime) - first) / 1_000} s`;
    return `  - ${name}: ${when}`;
  });
}

/** What was given to a sandbox is tried once more. */
function triedAgain(what: string, visitor: Visitor): readonly PlayedStep[] {
  const own = visitor.owner.sandbox === 'report' ? SECRETS.own : SECRETS.neighbour;
  return [
    {
      step: `${what}: the Vault token that it had`,
      expected: 'Refused by Vault',
      run: () => visitor.readSecret(own),
    },
    {
      step: `${what}: the token that it logged in with`,
      expected: 'Refused by Vault',
      run: visitor.logInAgain,
    },
  ];
}

function containedPod({ calls, visitor }: VaultStage): PlayedStep {
  return {
    step: 'contained: its pod',
    expected: 'Ended',
    run: async () => {
      const pod = await calls.read(`${CORE}/pods/${visitor.owner.sandbox}`);
      return { got: pod === undefined ? 'Ended' : 'Still there' };
    },
  };
}

function release(stage: VaultStage): PlayedStep {
  const { calls, visitor } = stage;
  const { sandbox } = visitor.owner;
  return {
    step: `released, with a new identity: the Vault token of before`,
    expected: 'Refused by Vault',
    run: async () => {
      const said = await runCloister(stage, ['release', QUARANTINE]);
      await runPod(sandbox, calls);
      await waitForReason(sandbox, calls, 'CredentialsReady', 'Ready');
      const old = await visitor.readSecret(SECRETS.own);
      const again = await visitor.logIn();
      if (again.got !== 'Logged in') return again;
      return { ...old, details: [...said, ...(again.details ?? []), ...(old.details ?? [])] };
    },
  };
}

/** The agent of the neighbour ends its task well. */
function complete(stage: VaultStage): PlayedStep {
  const { calls, neighbour } = stage;
  const { sandbox } = neighbour.owner;
  return {
    step: 'the agent of its neighbour ends its task',
    expected: 'Revoked',
    run: async (): Promise<Outcome> => {
      const status = playedStatus({ gate: { passed: true }, agent: { exitCode: 0 } });
      await calls.send('PATCH', `${CORE}/pods/${sandbox}/status`, { status });
      const { got, details = [] } = await waitForReason(sandbox, calls, 'CredentialsReady', 'Revoked');
      return { got, details: [...details, ...(await removalOf(stage, sandbox))] };
    },
  };
}

function nothingLeft({ calls, vault, neighbour }: VaultStage): PlayedStep {
  const { sandbox } = neighbour.owner;
  return {
    step: 'completed: what Vault lists of it, and the finalizer of the sandbox',
    expected: 'Nothing left',
    run: async () => {
      const left = await listInVault(neighbour.owner, vault.root);
      if (left.length > 0) return { got: 'Left', details: left.map((one) => `  - ${one}`) };
      // It goes when the status says that Vault has nothing, a moment later.
      await calls.wait(`the finalizer of ${sandbox} to go`, async () => {
        const found = await calls.read<Pick<AgentSandbox, 'metadata'>>(`${SANDBOXES}/${sandbox}`);
        return found?.metadata.finalizers === undefined ? true : undefined;
      });
      return { got: 'Nothing left' };
    },
  };
}
