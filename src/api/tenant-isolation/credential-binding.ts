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

const keys = z
  .object({
    username: dataKey().optional().describe('Key of the user name, for `Basic`.'),
    password: dataKey().optional().describe('Key of the password, for `Basic`.'),
    accessKeyId: dataKey().optional().describe('Key of the access key id, for `AWSSigV4`.'),
    secretAccessKey: dataKey().optional().describe('Key of the secret access key, for `AWSSigV4`.'),
    sessionToken: dataKey()
      .optional()
      .describe('Key of the session token, for `AWSSigV4`. If not set: the access key needs none.'),
    certificate: dataKey()
      .optional()
      .describe('Key of the certificate in PEM and of those of its authorities, for `ClientCertificate`.'),
    privateKey: dataKey().optional().describe('Key of its private key in PEM, for `ClientCertificate`.'),
  })
  .meta(
    rules({
      rule: 'has(self.username) == has(self.password) && has(self.accessKeyId) == has(self.secretAccessKey) && has(self.certificate) == has(self.privateKey) && [has(self.username), has(self.accessKeyId), has(self.certificate)].filter(x, x).size() == 1 && (!has(self.sessionToken) || has(self.accessKeyId))',
      message:
        'must be username and password, or accessKeyId and secretAccessKey and perhaps sessionToken, or certificate and privateKey',
    }),
  );

/** One value or named ones, of one secret. */
const selection = {
  key: dataKey().optional().describe('Key of the one value.'),
  keys: keys.optional().describe('Keys of named values, where the credential is made of more than one.'),
};

const ONE_SELECTION = {
  rule: 'has(self.key) != has(self.keys)',
  message: 'must have exactly one of key and keys',
};

const vaultKV = z
  .object({
    mount: secretPath().describe('Mount of the version 2 key-value engine.'),
    path: secretPath().describe('Path of the secret under the mount.'),
    ...selection,
  })
  .meta(rules(ONE_SELECTION));

const kubernetesSecret = z
  .object({
    name: dnsSubdomain().describe("Name of the Secret in the tenant's system namespace."),
    ...selection,
  })
  .meta(
    rules(ONE_SELECTION, {
      rule: "!self.name.startsWith('cloister-')",
      message: 'must not begin with cloister-: these Secrets are those of Cloister itself',
      fieldPath: '.name',
    }),
  );

const vaultDatabase = z.object({
  mount: secretPath().describe('Mount of the database engine.'),
  connection: dnsLabel().describe('Name of the connection there. It must be of this tenant alone.'),
  staticRole: dnsLabel()
    .optional()
    .describe(
      'Static role there, whose login Vault rotates. Only for `database.connection.adminCredential`; if not set, every sandbox gets a login of its own.',
    ),
});

/** Where the secret behind a credential's name is kept. */
export const credentialBinding = z
  .object({
    name: dnsLabel().describe('Name that the roles use.'),
    vaultKV: vaultKV.optional().describe("A secret in Vault's key-value store."),
    vaultDatabase: vaultDatabase
      .optional()
      .describe("Logins that Vault's database engine makes, one for each sandbox that uses it."),
    kubernetesSecret: kubernetesSecret.optional().describe("A Secret in the tenant's system namespace."),
  })
  .meta(
    rules({
      rule: '[has(self.vaultKV), has(self.vaultDatabase), has(self.kubernetesSecret)].filter(x, x).size() == 1',
      message: 'must have exactly one source: vaultKV, vaultDatabase or kubernetesSecret',
    }),
  );
