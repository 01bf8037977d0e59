import { z } from 'zod';
import { dataKey, dnsLabel, dnsSubdomain } from '../shape/names.ts';
import { secretPath } from '../shape/paths.ts';
import { rules } from '../shape/rules.ts';

/** One key of a Secret in the tenant's system namespace. */
export const secretReference = () =>
  z.object({
    name: dnsSubdomain().describe("Name of the Secret in the tenant's system namespace."),
    key: dataKey().describe('Key in the Secret.'),
  });

const vaultKV = z.object({
  mount: secretPath().describe('Mount of the version 2 key-value engine.'),
  path: secretPath().describe('Path of the secret under the mount.'),
  key: dataKey().describe('Key in the secret.'),
});

const vaultDatabase = z.object({
  mount: secretPath().describe('Mount of the database engine.'),
  connection: dnsLabel().describe('Name of the connection there.'),
});

/** Where the secret behind a credential's name is kept. */
export const credentialBinding = z
  .object({
    name: dnsLabel().describe('Name that the roles use.'),
    vaultKV: vaultKV.optional().describe("A secret in Vault's key-value store."),
    vaultDatabase: vaultDatabase
      .optional()
      .describe(
        "Logins that Vault's database engine is to make. None is made yet; the operator may revoke those of the mount.",
      ),
    kubernetesSecret: secretReference().optional().describe("A Secret in the tenant's system namespace."),
  })
  .meta(
    rules({
      rule: '[has(self.vaultKV), has(self.vaultDatabase), has(self.kubernetesSecret)].filter(x, x).size() == 1',
      message: 'must have exactly one source: vaultKV, vaultDatabase or kubernetesSecret',
    }),
  );
