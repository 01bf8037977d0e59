import { z } from 'zod';
import { VAULT_TOKEN_SECONDS } from '../../../policy/vault/vault-identity.ts';
import { always, cannotBeKept, type Explanations, takenOver, tightened } from '../verdict.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Where secrets are kept. */
export const secretsSection = z.object({
  backend: z.enum(['vault']).default('vault'),
  vault_url: z
    .string()
    .max(512)
    .regex(
      /^https:\/\/[a-z0-9]([-.a-z0-9]*[a-z0-9])?(:[1-9][0-9]{0,4})?\/?$/,
      'must be an https URL of a host and perhaps a port',
    )
    .optional(),
  auth_method: z.enum(['kubernetes']).default('kubernetes'),
  default_ttl: z
    .string()
    .regex(/^[1-9][0-9]{0,5}[smhd]$/, 'must be a whole number and s, m, h or d, such as "15m"')
    .default('15m'),
});

type SecretsSection = z.infer<typeof secretsSection>;

export const secretsExplanations: Explanations<SecretsSection> = {
  backend: always(
    takenOver(
      'spec.vault and spec.credentials of the tenant. The secrets stay at the paths of the chapter, secret/hermes-agent/SERVICE with the key api_key; the gateway reads them as the sandbox, and the agent holds none.',
    ),
  ),
  vault_url: () =>
    takenOver('The value vault.address of the chart, which holds for the installation: see -o values.'),
  auth_method: always(
    takenOver(
      'vault.authMount of the tenant. A sandbox logs in with an identity of its own that no pod can take.',
    ),
  ),
  default_ttl: (value) => {
    const seconds = secondsOf(String(value));
    if (seconds === VAULT_TOKEN_SECONDS)
      return takenOver('Tokens and kept secrets live 15 minutes. It is no setting.');
    return seconds > VAULT_TOKEN_SECONDS
      ? tightened('Tokens and kept secrets live 15 minutes. It is no setting.')
      : cannotBeKept(
          'Tokens and kept secrets live 15 minutes, which is no setting. They are taken back when the task ends or is quarantined.',
        );
  },
};

function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * (SECONDS[duration.slice(-1)] ?? 0);
}
