import { startControlPlane } from '../testbed/control-plane.ts';
import { startCloister } from '../testbed/start-cloister.ts';
import { type BoundVault, operatorVaultFlags, startBoundVault } from '../testbed/vault/bind-vault.ts';
import type { OtherDemo } from './node.ts';
import { prepareModelStage } from './models/model-stage.ts';
import { modelSteps } from './models/model-steps.ts';
import { playSteps } from './play-steps.ts';
import { cloisterOptions } from './prepare.ts';
import { stay } from './stay.ts';
import { endingSteps } from './vault-endings.ts';
import { loginSteps, tokenSteps, withoutTokenPolicy } from './vault-logins.ts';
import { prepareVaultStage, type VaultStage } from './vault-stage.ts';

/** Starts Vault beside an API server, and plays what identities can do, and what is left of them. Returns whether each step went as expected. */
export async function playWithVault({ tell, print, isKept }: OtherDemo): Promise<boolean> {
  tell(
    'starting etcd, kube-apiserver, kube-controller-manager and Vault (built first, where they are not there yet)',
  );
  const controlPlane = await startControlPlane();
  try {
    const vault = await startBoundVault(controlPlane);
    try {
      tell('installing kinds, policies and registrations; starting operator and webhook');
      const cloister = await startCloister(controlPlane, cloisterOptions(operatorVaultFlags(vault)));
      try {
        tell('applying roles, a tenant, its namespace and its secrets');
        const ok = await play(await prepareVaultStage(controlPlane, cloister, vault), print);
        tell(ok ? 'every step went as expected' : 'a step did not go as expected');
        if (isKept) await stay(controlPlane.kubeconfig, howToAsk(vault));
        return ok;
      } finally {
        await cloister.stop();
      }
    } finally {
      await vault.stop();
    }
  } finally {
    await controlPlane.stop();
  }
}

/** What a shell needs to ask Vault as root, and where to begin. */
function howToAsk({ url, certificateAuthorityFile, rootToken, program }: BoundVault): readonly string[] {
  return [
    `export VAULT_ADDR=${url} VAULT_CACERT=${certificateAuthorityFile} VAULT_TOKEN=${rootToken}`,
    `${program} list auth/kubernetes/role`,
  ];
}

async function play(stage: VaultStage, print: OtherDemo['print']): Promise<boolean> {
  const parts: readonly (readonly [title: string, play: () => Promise<boolean>])[] = [
    ['A sandbox and its identity in Vault', () => playSteps(loginSteps(stage), print)],
    [
      'Tokens that the API server gives to nobody',
      () => playSteps(tokenSteps(stage, 'Policy/cloister-tokens'), print),
    ],
    [
      'The same tokens, given because that policy was deleted',
      () => withoutTokenPolicy(stage, () => playSteps(tokenSteps(stage, 'Vault'), print)),
    ],
    ['What is taken back', () => playSteps(endingSteps(stage), print)],
    ['An agent with the SDKs of OpenAI and Anthropic', () => playModels(stage, print)],
  ];
  // Each part is played with what the one before it left.
  for (const [title, playPart] of parts) {
    print.heading(title);
    if (!(await playPart())) return false;
  }
  return true;
}

async function playModels(stage: VaultStage, print: OtherDemo['print']): Promise<boolean> {
  const models = await prepareModelStage(stage);
  try {
    return await playSteps(modelSteps(models), print);
  } finally {
    await models.stop();
  }
}
