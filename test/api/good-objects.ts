import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { minimalAgentApproval } from '../build/agent-approval.ts';
import { minimalAgentQuarantine } from '../build/agent-quarantine.ts';
import { minimalAgentRole } from '../build/agent-role.ts';
import { minimalAgentSandbox } from '../build/agent-sandbox.ts';
import { changedObject } from '../build/changed-object.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import { FULL_ROLES, FULL_TENANTS } from '../policy/admission/absent-fields/full-objects.ts';
import { callUpstream, deployer, fullAgentRole, openai, role } from './bad-objects/role-objects.ts';

type Written = Readonly<Record<string, unknown>>;

/** An object that the API server accepts. */
export interface GoodObject {
  readonly name: string;
  readonly object: Written;
}

const SAMPLES = join(import.meta.dirname, '../../manifests/samples');

/** The samples of the kinds. */
export const samples: readonly GoodObject[] = readdirSync(SAMPLES)
  .filter((file) => /^(role|tenant|sandbox|approval|quarantine)-.*\.yaml$/.test(file))
  .map((file) => ({
    name: `the sample ${file}`,
    object: load(readFileSync(join(SAMPLES, file), 'utf8')) as Written,
  }));

const minimal: readonly GoodObject[] = [
  { name: 'the least that makes a role', object: minimalAgentRole },
  { name: 'the least that makes a sandbox', object: minimalAgentSandbox },
  { name: 'the least that makes a tenant', object: minimalTenantIsolation },
  { name: 'the least that makes an approval', object: minimalAgentApproval },
  { name: 'the least that makes a quarantine', object: minimalAgentQuarantine },
];

const users = (count: number) => Array.from({ length: count }, (_, index) => ({ user: `user-${index}` }));

const roles: readonly [string, Written][] = [
  ['executor Fetch that may only post', { '/spec/tools/1/capabilities': ['net:http:post'] }],
  ['a capability whose name has file in it, without paths', { '/spec/tools/1/capabilities/1': 'ext:file' }],
  ['executor SQL that may do more than SQL', { '/spec/tools/2/capabilities': ['ext:warehouse', 'code:sql'] }],
  [
    'fields with a default that are null, as YAML makes of a name without a value',
    {
      '/spec/memory': null,
      '/spec/network/allow': null,
      '/spec/upstreams/0/followRedirectsTo': null,
      '/spec/tools/3/arguments': { type: 'object', default: null },
    },
  ],
  ['executor Upstream', { '/spec/tools/4': callUpstream('openai') }],
  [
    'the agent’s own tool with every bound, written as Cooperative',
    {
      '/spec/tools/0/enforcement': 'Cooperative',
      '/spec/tools/0/maxFileSize': '1Ti',
      '/spec/tools/0/maxResponseSize': '1Gi',
      '/spec/tools/0/maxRequestsPerMinute': 1,
      '/spec/tools/0/maxExecutionSeconds': 1,
      '/spec/tools/0/arguments': { type: 'object' },
      '/spec/tools/0/confirmation': { when: 'Always', approvers: [{ user: 'ann' }] },
    },
  ],
  [
    'as many approvals as users',
    { '/spec/tools/3/confirmation/approvers': users(3), '/spec/tools/3/confirmation/minApprovals': 3 },
  ],
  [
    'more approvals than users beside a group',
    {
      '/spec/tools/3/confirmation/approvers': [...users(1), { group: 'sre' }],
      '/spec/tools/3/confirmation/minApprovals': 8,
    },
  ],
  [
    'every shape of a credential',
    {
      '/spec/credentials/2': { name: 'header', attach: { type: 'Header', header: 'X-API-Key' } },
      '/spec/credentials/3': { name: 'basic', attach: { type: 'Basic' } },
      '/spec/credentials/4': { name: 'aws', attach: { type: 'AWSSigV4', region: 'eu-1', service: 's3' } },
      '/spec/credentials/5': { name: 'robot', attach: { type: 'ClientCertificate' } },
    },
  ],
  [
    'an upstream of every protocol',
    {
      '/spec/upstreams/0/llm': { api: 'OpenAIChat', models: ['m'], maxOutputTokens: 1 },
      '/spec/upstreams/2': { name: 'socket', protocol: 'WebSocket', baseURL: 'https://socket.example.com' },
    },
  ],
  [
    'an upstream of every environment, and two of none',
    {
      '/spec/upstreams': [
        ...(['OpenAI', 'GitHub', 'AWS', 'None', 'None'] as const).map((environment, index) => ({
          ...openai,
          name: `upstream-${index}`,
          environment,
        })),
        { ...openai, baseURL: 'https://api.anthropic.com', environment: 'Anthropic' },
        deployer,
      ],
    },
  ],
  [
    'a host beside a brokered one',
    { '/spec/network/allow': [{ host: 'openai.com' }, { host: 'notapi.openai.com' }] },
  ],
  [
    'callers of one namespace, of any name',
    {
      '/spec/network/ingress': [
        { port: 8080, from: [{ namespaceSelector: { matchLabels: { team: 'front' } } }] },
        { port: 8081, from: [{ podSelector: { matchLabels: { app: 'front' } } }] },
      ],
    },
  ],
];

const exemption = {
  namespace: 'minimal-agents',
  serviceAccount: 'builder',
  images: [`sha256:${'ab'.repeat(32)}`],
  checks: ['read-only-root-filesystem'],
  reason: 'It writes its cache beside its program.',
  expirationTime: '2099-01-01T00:00:00Z',
};

const tenants: readonly [string, Written][] = [
  [
    'names of namespaces that look like those of the system',
    { '/spec/namespaces': ['default-agents', 'kubernetes-agents', 'cloisters'].map((name) => ({ name })) },
  ],
  ['a tenant without a default role', { '/spec/roles/default': undefined }],
  [
    'an exemption in the second of two namespaces',
    {
      '/spec/namespaces/1': { name: 'more-agents' },
      '/spec/exemptions': [exemption, { ...exemption, namespace: 'more-agents' }],
    },
  ],
  ['two exemptions of one pod', { '/spec/exemptions': [exemption, exemption] }],
  [
    'a shadow of two roles',
    {
      '/spec/roles/allowed': ['minimal', 'devops'],
      '/spec/shadow': { roles: ['devops', 'minimal'], untilTime: '2099-01-01T00:00:00Z' },
    },
  ],
  [
    'a database of its own, embeddings in it, and files in a bucket',
    {
      '/spec/credentials': [
        {
          name: 'admin',
          vaultDatabase: { mount: 'database', connection: 'warehouse', staticRole: 'admin-of-acme' },
        },
        { name: 'bucket', kubernetesSecret: { name: 'bucket', key: 'k' } },
        { name: 'warehouse', vaultDatabase: { mount: 'database', connection: 'warehouse' } },
        {
          name: 'aws',
          vaultKV: {
            mount: 'secret',
            path: 'a/aws',
            keys: { accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'token' },
          },
        },
        {
          name: 'robot',
          kubernetesSecret: { name: 'robot', keys: { certificate: 'tls.crt', privateKey: 'tls.key' } },
        },
        { name: 'git', kubernetesSecret: { name: 'git', keys: { username: 'user', password: 'word' } } },
      ],
      '/spec/database': {
        strategy: 'Dedicated',
        connection: { host: 'db.acme.example', database: 'acme', adminCredential: 'admin' },
      },
      '/spec/vectorStore': { pgvector: { tables: ['public.embeddings'] } },
      '/spec/fileStorage': { s3: { bucket: 'files', prefix: 'acme', region: 'eu-1', credential: 'bucket' } },
    },
  ],
  [
    'a quota of 0',
    { '/spec/namespaces/0/quota': { sandboxes: 0, hard: { pods: 0, 'requests.cpu': '1000T' } } },
  ],
];

const sandboxes: readonly [string, Written][] = [
  [
    'a variable whose name has CLOISTER in it',
    { '/spec/env': [{ name: 'MY_CLOISTER_NAME' }, { name: 'CLOISTER' }] },
  ],
  [
    'a volume of every source',
    {
      '/spec/volumes': [
        { name: 'a', mountPath: '/a', configMap: { name: 'a' } },
        { name: 'b', mountPath: '/a/b', ephemeral: { size: '100Ti' } },
        { name: 'c', mountPath: '/b', persistentVolumeClaim: { claimName: 'c' } },
      ],
    },
  ],
  [
    'the largest amounts, and bare numbers',
    {
      '/spec/resources/limits': { cpu: 256, memory: '4Ti', 'ephemeral-storage': '4Ti' },
      '/spec/resources/requests': { cpu: '1m', memory: 1, 'ephemeral-storage': 1 },
    },
  ],
];

const targets: readonly Written[] = [
  { type: 'All' },
  { type: 'Tenant', name: 'acme' },
  { type: 'Namespace', name: 'acme-agents' },
  { type: 'Sandbox', namespace: 'acme-agents', name: 'hermes' },
];

/** Objects that come close to a rule and satisfy it. */
const close: readonly GoodObject[] = [
  ...roles.map(([name, changes]) => ({ name, object: role(changes) })),
  ...tenants.map(([name, changes]) => ({ name, object: changedObject(minimalTenantIsolation, changes) })),
  ...sandboxes.map(([name, changes]) => ({ name, object: changedObject(minimalAgentSandbox, changes) })),
  ...targets.map((target) => ({
    name: `a quarantine of ${String(target['type'])}`,
    object: changedObject(minimalAgentQuarantine, { '/spec/target': target }),
  })),
];

/** Every object that the API server accepts. */
export const goodObjects: readonly GoodObject[] = [
  ...samples,
  ...minimal,
  { name: 'a role that uses everything', object: fullAgentRole },
  ...FULL_ROLES,
  ...FULL_TENANTS,
  ...close,
];
