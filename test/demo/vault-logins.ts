import { vaultName } from '../../src/policy/vault/vault-identity.ts';
import { IMAGE } from '../e2e/played-pod.ts';
import { installManifests } from '../testbed/install-cloister.ts';
import { createOfRole, runPod, SANDBOXES, waitForReason } from './demo-calls.ts';
import type { Outcome, PlayedStep } from './play-steps.ts';
import { NAMESPACE } from './scenario.ts';
import { NEIGHBOUR_ROLE, SECRETS, type VaultStage } from './vault-stage.ts';
import {
  type AskedToken,
  listInVault,
  refusedByCluster,
  tokenOfIdentity,
  tryLogin,
} from './vault-visitor.ts';

const TOKEN_POLICY = 'cloister-tokens';
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';

/** What a sandbox gets in Vault, and what it does not. */
export function loginSteps(stage: VaultStage): readonly PlayedStep[] {
  const { visitor, neighbour, vault } = stage;
  return [
    {
      step: 'two sandboxes are applied, and each has an identity in Vault',
      expected: '4 objects in Vault',
      run: async () => {
        await applySandbox(stage, visitor.owner.sandbox, 'data-analyst');
        await applySandbox(stage, neighbour.owner.sandbox, NEIGHBOUR_ROLE);
        const found = [
          ...(await listInVault(visitor.owner, vault.root)),
          ...(await listInVault(neighbour.owner, vault.root)),
        ];
        return { got: `${found.length} objects in Vault`, details: found.map((one) => `  - ${one}`) };
      },
    },
    {
      step: 'a login as the sandbox, with a token that the API server gave',
      expected: 'Logged in',
      run: visitor.logIn,
    },
    { step: 'a login as its neighbour', expected: 'Logged in', run: neighbour.logIn },
    {
      step: 'as the sandbox: the secret of its own role',
      expected: 'Read',
      run: () => visitor.readSecret(SECRETS.own),
    },
    {
      step: "as the sandbox: its neighbour's secret",
      expected: 'Refused by Vault',
      run: () => visitor.readSecret(SECRETS.neighbour),
    },
    {
      step: "as its neighbour: the sandbox's secret",
      expected: 'Refused by Vault',
      run: () => neighbour.readSecret(SECRETS.own),
    },
    {
      step: "its neighbour's token, to log in as the sandbox",
      expected: 'Refused by Vault',
      run: () => tryToken(stage, tokenOfIdentity(neighbour.owner)),
    },
  ];
}

/** Runs a sandbox until its identity in Vault is made. */
export async function applySandbox({ calls }: VaultStage, name: string, role: string): Promise<void> {
  await createOfRole(calls, SANDBOXES, {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'AgentSandbox',
    metadata: { name, namespace: NAMESPACE },
    spec: { image: IMAGE, roleRef: { name: role } },
  });
  await runPod(name, calls);
  await waitForReason(name, calls, 'CredentialsReady', 'Ready');
}

/** Tokens that must not open anything, and who refuses them. */
export function tokenSteps(stage: VaultStage, refuser: string): readonly PlayedStep[] {
  const { owner } = stage.visitor;
  const podAccount = `cloister-s-${owner.sandbox}`;
  const { secret: _secret, ...unbound } = tokenOfIdentity(owner);
  const tokens: readonly (readonly [step: string, asked: AskedToken])[] = [
    [
      "a token of the pod's own ServiceAccount",
      { namespace: NAMESPACE, serviceAccount: podAccount, audience: 'vault' },
    ],
    ['a token of the identity for another audience', tokenOfIdentity(owner, 'https://api.example.com')],
    // Vault cannot tell what a token is bound to: that one opens the identity, and the API server alone refuses it.
    ...(refuser === 'Vault' ? [] : [['a token of the identity that outlives its task', unbound] as const]),
  ];
  return tokens.map(([step, asked]) => ({
    step,
    expected: `Refused by ${refuser}`,
    run: () => tryToken(stage, asked),
  }));
}

/** Asks for a token, and logs in as the sandbox with it. */
async function tryToken({ ask, vault, visitor }: VaultStage, asked: AskedToken): Promise<Outcome> {
  const given = await ask(asked);
  return 'refusal' in given
    ? refusedByCluster(given.refusal)
    : tryLogin(vault, vaultName(visitor.owner), given.token);
}

/** Deletes the policy's bindings while something is done, as somebody with too many rights could. */
export async function withoutTokenPolicy<T>(stage: VaultStage, act: () => Promise<T>): Promise<T> {
  const { calls, controlPlane, cloister, visitor, ask } = stage;
  const bindings = installManifests(cloister.webhookUrl).filter(
    ({ kind, ['spec']: spec }) =>
      kind === 'ValidatingAdmissionPolicyBinding' &&
      (spec as { policyName: string }).policyName.startsWith(TOKEN_POLICY),
  );
  for (const { metadata } of bindings as unknown as { metadata: { name: string } }[])
    await calls.send('DELETE', `${BINDINGS}/${metadata.name}`);
  const asked = tokenOfIdentity(visitor.owner, 'https://api.example.com');
  await calls.wait('a token without the policy', async () =>
    'token' in (await ask(asked)) ? true : undefined,
  );
  try {
    return await act();
  } finally {
    await controlPlane.apply(bindings);
    await calls.wait('the policy', async () => ('refusal' in (await ask(asked)) ? true : undefined));
  }
}
