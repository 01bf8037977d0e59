import { changedObject } from '../../build/changed-object.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';

const schema = refused('Schema', (changes) => changedObject(minimalTenantIsolation, changes));

const kubernetesSecret = { name: 'keys', key: 'openai' };
const credential = (changes: Readonly<Record<string, unknown>>) => ({
  '/spec/credentials': [changedObject({ name: 'openai', kubernetesSecret }, changes)],
});

const vaultPath = (path: string) =>
  credential({ '/kubernetesSecret': undefined, '/vaultKV': { mount: 'secret', path, key: 'k' } });

const adminSecret = { name: 'database', keys: { username: 'user', password: 'word' } };

const database = (changes: Readonly<Record<string, unknown>>) => ({
  ...credential({ '/name': 'admin', '/kubernetesSecret': adminSecret }),
  '/spec/database': changedObject(
    {
      strategy: 'RowLevel',
      connection: { host: 'db.acme.example', database: 'warehouse', adminCredential: 'admin' },
      tenantColumn: 'tenant_id',
      tenantValue: 'acme',
      tables: ['public.notes'],
    },
    changes,
  ),
});

const bucket = { bucket: 'files', prefix: 'acme', region: 'eu-1', credential: 'openai' };

/** Tenants with a credential, a database or files that cannot be. */
export const badTenantData: readonly BadObject[] = [
  schema(
    'a credential of two sources',
    credential({ '/vaultDatabase': { mount: 'database', connection: 'warehouse' } }),
    'spec.credentials[0]',
    /exactly one source/,
  ),
  schema(
    'a credential of a Secret and a path of Vault',
    credential({ '/vaultKV': { mount: 'secret', path: 'agents/openai', key: 'k' } }),
    'spec.credentials[0]',
    /exactly one source/,
  ),
  schema(
    'a credential without a source',
    credential({ '/kubernetesSecret': undefined }),
    'spec.credentials[0]',
    /exactly one source/,
  ),
  schema(
    'a credential of one value and of named ones',
    credential({ '/kubernetesSecret/keys': { username: 'user', password: 'word' } }),
    'spec.credentials[0].kubernetesSecret',
    /exactly one of key and keys/,
  ),
  schema(
    'a secret of Vault without a key',
    credential({ '/kubernetesSecret': undefined, '/vaultKV': { mount: 'secret', path: 'agents/openai' } }),
    'spec.credentials[0].vaultKV',
    /exactly one of key and keys/,
  ),
  schema(
    'a user name without a password',
    credential({ '/kubernetesSecret': { name: 'keys', keys: { username: 'user' } } }),
    'spec.credentials[0].kubernetesSecret.keys',
    /must be username and password, or accessKeyId and secretAccessKey/,
  ),
  schema(
    'an access key without its secret',
    credential({
      '/kubernetesSecret': undefined,
      '/vaultKV': { mount: 'secret', path: 'agents/aws', keys: { accessKeyId: 'id' } },
    }),
    'spec.credentials[0].vaultKV.keys',
    /must be username and password, or accessKeyId and secretAccessKey/,
  ),
  schema(
    'keys of two kinds of credentials',
    credential({
      '/kubernetesSecret': {
        name: 'keys',
        keys: { username: 'user', password: 'word', accessKeyId: 'id', secretAccessKey: 'key' },
      },
    }),
    'spec.credentials[0].kubernetesSecret.keys',
    /must be username and password, or accessKeyId and secretAccessKey/,
  ),
  schema(
    'a certificate without its key',
    credential({ '/kubernetesSecret': { name: 'robot', keys: { certificate: 'tls.crt' } } }),
    'spec.credentials[0].kubernetesSecret.keys',
    /, or certificate and privateKey/,
  ),
  schema(
    'a certificate beside a password',
    credential({
      '/kubernetesSecret': {
        name: 'robot',
        keys: { username: 'user', password: 'word', certificate: 'tls.crt', privateKey: 'tls.key' },
      },
    }),
    'spec.credentials[0].kubernetesSecret.keys',
    /, or certificate and privateKey/,
  ),
  schema(
    'a session token beside a certificate',
    credential({
      '/kubernetesSecret': {
        name: 'robot',
        keys: { certificate: 'tls.crt', privateKey: 'tls.key', sessionToken: 'token' },
      },
    }),
    'spec.credentials[0].kubernetesSecret.keys',
    /, or certificate and privateKey/,
  ),
  schema(
    'a session token beside a password',
    credential({
      '/kubernetesSecret': {
        name: 'keys',
        keys: { username: 'user', password: 'word', sessionToken: 'token' },
      },
    }),
    'spec.credentials[0].kubernetesSecret.keys',
    /must be username and password, or accessKeyId and secretAccessKey/,
  ),
  schema(
    "a Secret of Cloister's own as a credential",
    credential({ '/kubernetesSecret': { name: 'cloister-gateway-authority', key: 'tls.key' } }),
    'spec.credentials[0].kubernetesSecret.name',
    /must not begin with cloister-/,
  ),
  schema(
    'a Vault path with ..',
    vaultPath('agents/../root'),
    'spec.credentials[0].vaultKV.path',
    /should match/,
  ),
  schema(
    'a Vault path with a wildcard',
    vaultPath('agents/*'),
    'spec.credentials[0].vaultKV.path',
    /should match/,
  ),
  schema(
    'rows kept apart without a column',
    database({ '/tenantColumn': undefined }),
    'spec.database.tenantColumn',
    /must be set with strategy RowLevel, and only with it/,
  ),
  schema(
    'a column where schemas are kept apart',
    database({ '/strategy': 'Schema' }),
    'spec.database.tenantColumn',
    /must be set with strategy RowLevel, and only with it/,
  ),
  schema(
    'rows kept apart in no table',
    database({ '/tables': [] }),
    'spec.database.tables',
    /must list the tables to protect with strategy RowLevel/,
  ),
  schema(
    'rows kept apart by no value',
    database({ '/tenantValue': undefined }),
    'spec.database.tenantValue',
    /must be set with strategy RowLevel, and only with it/,
  ),
  schema(
    'a schema where rows are kept apart',
    database({ '/schema': 'acme' }),
    'spec.database.schema',
    /must be set with strategy Schema, and only with it/,
  ),
  schema(
    'a canary in a table that is not protected',
    database({ '/canary': { table: 'public.others', column: 'id', value: '1' } }),
    'spec.database.canary.table',
    /must be in tables/,
  ),
  schema(
    'a table without its schema',
    database({ '/tables': ['notes'] }),
    'spec.database.tables[0]',
    /should match/,
  ),
  schema(
    'a database set up with one value',
    { ...database({}), ...credential({ '/name': 'admin' }) },
    'spec.database.connection.adminCredential',
    /kubernetesSecret with keys.username and keys.password/,
  ),
  schema(
    'a login of the platform for agents',
    credential({
      '/kubernetesSecret': undefined,
      '/vaultDatabase': { mount: 'database', connection: 'warehouse', staticRole: 'admin' },
    }),
    'spec.credentials',
    /staticRole must be set only for the credential/,
  ),
  schema(
    'a database set up with a credential that is not bound',
    database({ '/connection/adminCredential': 'root' }),
    'spec.database.connection.adminCredential',
    /must be the name of a credential in spec.credentials/,
  ),
  schema(
    'a database at an address',
    database({ '/connection/host': '10.0.0.5' }),
    'spec.database.connection.host',
    /should match/,
  ),
  schema(
    'a table name that needs quoting',
    database({ '/tables': ['public.notes; drop table notes'] }),
    'spec.database.tables[0]',
    /should match/,
  ),
  schema(
    'embeddings without a database',
    { '/spec/vectorStore': { pgvector: { tables: ['public.e'] } } },
    'spec.vectorStore',
    /spec.database is not set/,
  ),
  schema(
    'files in two places',
    {
      ...credential({}),
      '/spec/fileStorage': {
        persistentVolumes: { storageClassName: 'x' },
        s3: bucket,
      },
    },
    'spec.fileStorage',
    /exactly one of/,
  ),
  schema('files nowhere', { '/spec/fileStorage': {} }, 'spec.fileStorage', /exactly one of/),
  schema(
    'files with a credential that is not bound',
    { ...credential({}), '/spec/fileStorage': { s3: { ...bucket, credential: 'other' } } },
    'spec.fileStorage.s3.credential',
    /must be the name of a credential in spec.credentials/,
  ),
];
