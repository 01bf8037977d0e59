import { z } from 'zod';
import { sha256Digest } from '../shape/digests.ts';
import { baseURL } from '../shape/hosts.ts';
import { distinctList, keyedList } from '../shape/lists.ts';
import { dnsLabel, dnsSubdomain, ownerName } from '../shape/names.ts';
import { secretPath } from '../shape/paths.ts';
import { countQuantity } from '../shape/quantities.ts';
import { type Rule, rules } from '../shape/rules.ts';
import { time } from '../shape/times.ts';
import { credentialBinding, secretReference } from './credential-binding.ts';
import { database, fileStorage, vectorStore } from './data.ts';

/** The name of a namespace that may be enrolled. */
const enrollableNamespace = () =>
  dnsLabel().meta(
    rules({
      rule: "self != 'default' && !self.startsWith('kube-') && !self.startsWith('cloister-')",
      message:
        'must not be default, kube-* or cloister-*, which cannot be enrolled: use a namespace for the agents alone',
      reason: 'FieldValueForbidden',
    }),
  );

/** The quota of a namespace whose author does not set one: enough for a team, and little of a small cluster. */
const DEFAULT_QUOTA = {
  sandboxes: 20,
  hard: { 'requests.cpu': '10', 'requests.memory': '20Gi', 'requests.storage': '100Gi' },
} as const;

const quota = z.object({
  sandboxes: z
    .int()
    .min(0)
    .max(10_000)
    .default(DEFAULT_QUOTA.sandboxes)
    .describe('Maximum number of AgentSandbox objects in the namespace. If not set: 20.'),
  hard: z
    .record(z.string(), countQuantity())
    .meta({ minProperties: 1, maxProperties: 32 })
    .default(DEFAULT_QUOTA.hard)
    .describe(
      'Entries of the ResourceQuota of the namespace, such as `requests.cpu`; they replace the default as a whole. If not set: `requests.cpu` 10, `requests.memory` 20Gi and `requests.storage` 100Gi.',
    ),
});

/** A namespace that belongs to the tenant. */
const tenantNamespace = z.object({
  name: enrollableNamespace().describe('Its name. Every pod in it has to be a compliant agent pod.'),
  quota: quota.prefault({}).describe('What may be used in it.'),
});

const webhook = z.object({
  url: baseURL().describe('Where the message is sent.'),
  secret: secretReference().describe('Key that the message is signed with.'),
});

/** Where a question is sent. The message is a link: RBAC decides who may answer. */
const notification = z.object({
  webhook: webhook.describe('A request with a signed link.'),
});

const required = <Item extends z.ZodType>(item: Item, maxItems: number) =>
  z.array(item).min(1).max(maxItems).meta({ 'x-kubernetes-list-type': 'set' });

/** Pods that are exempt from some checks until a time. */
const exemption = z.object({
  namespace: dnsLabel().describe('Namespace of the tenant that the pod is in.'),
  serviceAccount: dnsSubdomain().describe('ServiceAccount that the pod runs as.'),
  images: required(sha256Digest(), 16).describe('Digests of the images. A pod with any other is not exempt.'),
  checks: required(
    z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z]+(-[a-z]+)*$/, 'must be the name of a check, such as "read-only-root-filesystem"'),
    32,
  ).describe('Checks that do not apply. Checks that Pod Security `restricted` makes too are not allowed.'),
  reason: z.string().min(1).max(1024).describe('Why.'),
  expirationTime: time().describe('When it ends.'),
});

/** Roles whose rules are recorded and not enforced until a time. */
const shadow = z.object({
  roles: z
    .array(ownerName())
    .min(1)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Names of the roles.'),
  untilTime: time().describe('When it ends: at most 14 days after the start that the status records.'),
});

const STORAGE_CLASS_OF = (spec: string): string =>
  `(has(${spec}.gateway) && has(${spec}.gateway.storageClassName) ? ${spec}.gateway.storageClassName : '')`;

/** The rules that hold between the parts of a tenant: what is named must be declared. */
const tenantRules: readonly Rule[] = [
  {
    rule: '!has(self.database) || self.credentials.exists(c, c.name == self.database.connection.adminCredential)',
    message: 'must be the name of a credential in spec.credentials: add it there',
    fieldPath: '.database.connection.adminCredential',
  },
  {
    rule: '!has(self.database) || self.credentials.all(c, c.name != self.database.connection.adminCredential || has(c.kubernetesSecret) && has(c.kubernetesSecret.keys) && has(c.kubernetesSecret.keys.username) || has(c.vaultDatabase) && has(c.vaultDatabase.staticRole))',
    message:
      'must be bound to a kubernetesSecret with keys.username and keys.password, or to a vaultDatabase with staticRole',
    fieldPath: '.database.connection.adminCredential',
  },
  {
    rule: 'self.credentials.all(c, !has(c.vaultDatabase) || !has(c.vaultDatabase.staticRole) || has(self.database) && c.name == self.database.connection.adminCredential)',
    message: 'staticRole must be set only for the credential that database.connection.adminCredential names',
    fieldPath: '.credentials',
  },
  {
    rule: '!has(self.fileStorage) || !has(self.fileStorage.s3) || self.credentials.exists(c, c.name == self.fileStorage.s3.credential)',
    message: 'must be the name of a credential in spec.credentials: add it there',
    fieldPath: '.fileStorage.s3.credential',
  },
  {
    rule: '!has(self.vectorStore) || has(self.database)',
    message: 'spec.database is not set: pgvector uses its server, so set it',
    fieldPath: '.vectorStore',
  },
  {
    rule: 'self.exemptions.all(e, self.namespaces.exists(n, n.name == e.__namespace__))',
    message: 'the namespace of every exemption must be in spec.namespaces',
    fieldPath: '.exemptions',
  },
  {
    rule: '!has(self.shadow) || self.shadow.roles.all(r, r in self.roles.allowed)',
    message: 'every role must be in spec.roles.allowed',
    fieldPath: '.shadow.roles',
  },
  {
    rule: `${STORAGE_CLASS_OF('self')} == ${STORAGE_CLASS_OF('oldSelf')}`,
    message:
      'cannot be set, changed or removed later, as the claims of a StatefulSet: create the tenant again',
    fieldPath: '.gateway.storageClassName',
    reason: 'FieldValueForbidden',
  },
];

const roles = z
  .object({
    allowed: distinctList(ownerName(), 64).describe('Roles that sandboxes and pods may have. Empty: none.'),
    default: ownerName()
      .optional()
      .describe(
        'Role of a sandbox without roleRef, which does not need the verb use. If not set: such a sandbox is rejected.',
      ),
  })
  .meta(
    rules({
      rule: '!has(self.default) || self.default in self.allowed',
      message: 'must be in roles.allowed: add it there, or set another default',
      fieldPath: '.default',
    }),
  );

const limits = z.object({
  requestsPerMinute: z.int().min(0).max(10_000_000).default(6000).describe('Calls a minute.'),
  tokensPerDay: z.int().min(0).max(100_000_000_000).default(10_000_000).describe('Tokens a day.'),
  egressBytesPerDay: z
    .int()
    .min(0)
    .max(1_000_000_000_000_000)
    .default(10_737_418_240)
    .describe('Bytes a day that leave through the gateway.'),
});

const approvals = z.object({
  notify: z
    .array(notification)
    .max(8)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Where questions are sent. Empty: nowhere.'),
});

const vault = z.object({
  authMount: secretPath().default('kubernetes').describe('Mount of the Kubernetes login.'),
  namespace: secretPath().optional().describe('Namespace of Vault. If not set: the root.'),
});

const gateway = z.object({
  replicas: z.int().min(1).max(32).default(2).describe('How many.'),
  storageClassName: dnsSubdomain()
    .optional()
    .describe(
      'Storage class of the volumes that hold the audit, one for each replica. It cannot be changed. If not set: the disk of the node, and each pod of the gateway that ends, as in an upgrade, loses its audit.',
    ),
});

/** What belongs to a tenant, and what holds for it. */
export const tenantSpec = z
  .object({
    namespaces: keyedList(tenantNamespace, ['name'], 64).describe('Namespaces that belong to the tenant.'),
    roles: roles.prefault({}).describe('Roles of the tenant.'),
    imagePullSecrets: distinctList(dnsSubdomain(), 16).describe(
      'Names of Secrets with which the images of sandboxes are pulled. They must exist in each namespace. Empty: none.',
    ),
    limits: limits.prefault({}).describe('What all sandboxes of the tenant together may use.'),
    approvals: approvals.prefault({}).describe('How people are notified of questions.'),
    gateway: gateway.prefault({}).describe("The tenant's gateway."),
    vault: vault.optional().describe('The tenant in Vault. If not set: Vault is not used.'),
    credentials: keyedList(credentialBinding, ['name'], 128).describe(
      'Binds what the roles name. A name that is not bound is denied.',
    ),
    database: database.optional().describe("The tenant's rows. If not set: no database."),
    vectorStore: vectorStore.optional().describe("The tenant's embeddings. If not set: none."),
    fileStorage: fileStorage.optional().describe("The tenant's files. If not set: none."),
    onEgressOpen: z
      .enum(['Report', 'Quarantine'])
      .describe(
        'What happens to a sandbox that a network policy lets reach other addresses than its gateway.',
      ),
    adopt: z
      .enum(['Report', 'Evict'])
      .describe('What happens to pods that existed before enrolment and violate the pod contract.'),
    shadow: shadow.optional().describe('Rules that are recorded and not enforced. If not set: none.'),
    exemptions: z
      .array(exemption)
      .max(32)
      .default([])
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Pods that are exempt from some checks until a time. Empty: none.'),
  })
  .meta(rules(...tenantRules));
