import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { describeMisfit, findMisfits } from '../../../src/policy/credentials/find-misfits.ts';

type Credential = Omit<AgentRole['spec']['credentials'][number], 'name'>;
type Binding = Omit<TenantIsolation['spec']['credentials'][number], 'name'>;

const VAULT = { authMount: 'kubernetes' };
const SECRET = { mount: 'secret', path: 'acme/vendor' };
const PASSWORD = { username: 'user', password: 'pass' };
const ACCESS_KEY = { accessKeyId: 'id', secretAccessKey: 'secret' };

const CERTIFICATE = { certificate: 'tls.crt', privateKey: 'tls.key' };

const BEARER: Credential = { attach: { type: 'Bearer' } };
const HEADER: Credential = { attach: { type: 'Header', header: 'x-api-key' } };
const BASIC: Credential = { attach: { type: 'Basic' } };
const SIGNED: Credential = { attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 's3' } };
const CERTIFIED: Credential = { attach: { type: 'ClientCertificate' } };
const LOGIN: Credential = { databaseLogin: {} };

const kv = (keys: object): Binding => ({ vaultKV: { ...SECRET, ...keys } });
const secret = (keys: object): Binding => ({ kubernetesSecret: { name: 'vendor', ...keys } });
const DATABASE: Binding = { vaultDatabase: { mount: 'database', connection: 'warehouse' } };

function problemOf(credential: Credential, binding: Binding, vault: typeof VAULT | null = VAULT) {
  const role = { spec: { credentials: [{ name: 'vendor', ...credential }] } };
  const tenant = {
    spec: { credentials: [{ name: 'vendor', ...binding }], ...(vault !== null && { vault }) },
  };
  return findMisfits(role, tenant).map(describeMisfit);
}

describe('a binding of the shape that the role gives the credential', () => {
  test.for<readonly [string, Credential, Binding]>([
    ['one value for Bearer', BEARER, kv({ key: 'k' })],
    ['one value of a Secret for Header', HEADER, secret({ key: 'k' })],
    ['one value for Basic', BASIC, kv({ key: 'k' })],
    ['a user and a password for Basic', BASIC, secret({ keys: PASSWORD })],
    ['an access key for AWSSigV4', SIGNED, kv({ keys: ACCESS_KEY })],
    [
      'an access key and a session token for AWSSigV4',
      SIGNED,
      kv({ keys: { ...ACCESS_KEY, sessionToken: 't' } }),
    ],
    ['a certificate and its key for ClientCertificate', CERTIFIED, secret({ keys: CERTIFICATE })],
    ['logins of a database', LOGIN, DATABASE],
  ])('is no misfit: %s', ([, credential, binding]) => {
    expect(problemOf(credential, binding)).toEqual([]);
  });

  test('needs no Vault in a Secret', () => {
    expect(problemOf(BEARER, secret({ key: 'k' }), null)).toEqual([]);
  });
});

describe('a misfit', () => {
  const AT = 'spec.credentials[vendor].';
  test.for<readonly [string, Credential, Binding, string]>([
    [
      'logins for Bearer',
      BEARER,
      DATABASE,
      'vaultDatabase makes database logins, and the role attaches it to requests',
    ],
    [
      'a secret for a login',
      LOGIN,
      kv({ key: 'k' }),
      'vaultDatabase is not set, and the role wants database logins',
    ],
    [
      'a Secret for a login',
      LOGIN,
      secret({ key: 'k' }),
      'vaultDatabase is not set, and the role wants database logins',
    ],
    [
      'named values for Bearer',
      BEARER,
      kv({ keys: PASSWORD }),
      'vaultKV has keys, and the role attaches key alone',
    ],
    [
      'named values for Header',
      HEADER,
      secret({ keys: ACCESS_KEY }),
      'kubernetesSecret has keys, and the role attaches key alone',
    ],
    [
      'an access key for Basic',
      BASIC,
      kv({ keys: ACCESS_KEY }),
      'vaultKV has keys, and the role attaches key, or keys.username and keys.password',
    ],
    [
      'one value for AWSSigV4',
      SIGNED,
      kv({ key: 'k' }),
      'vaultKV has no keys.accessKeyId and keys.secretAccessKey, and the role signs with them',
    ],
    [
      'a password for AWSSigV4',
      SIGNED,
      secret({ keys: PASSWORD }),
      'kubernetesSecret has no keys.accessKeyId and keys.secretAccessKey, and the role signs with them',
    ],
    [
      'one value for ClientCertificate',
      CERTIFIED,
      kv({ key: 'k' }),
      'vaultKV has no keys.certificate and keys.privateKey, and the role begins TLS with them',
    ],
    [
      'a certificate for Bearer',
      BEARER,
      secret({ keys: CERTIFICATE }),
      'kubernetesSecret has keys, and the role attaches key alone',
    ],
    [
      'a certificate for AWSSigV4',
      SIGNED,
      kv({ keys: CERTIFICATE }),
      'vaultKV has no keys.accessKeyId and keys.secretAccessKey, and the role signs with them',
    ],
  ])('is named: %s', ([, credential, binding, problem]) => {
    expect(problemOf(credential, binding)).toEqual([`${AT}${problem}`]);
  });

  test.for([kv({ key: 'k' }), DATABASE])('is one in Vault where the tenant has none', (binding) => {
    const credential = binding === DATABASE ? LOGIN : BEARER;
    expect(problemOf(credential, binding, null)).toEqual([
      expect.stringMatching(/needs spec\.vault, which is not set$/),
    ]);
  });

  test('is none of what the tenant does not bind, or binds for another role', () => {
    const role = { spec: { credentials: [{ name: 'unbound', ...BEARER }] } };
    const tenant = { spec: { vault: VAULT, credentials: [{ name: 'other', ...DATABASE }] } };
    expect(findMisfits(role, tenant)).toEqual([]);
    expect(findMisfits({ spec: {} }, { spec: {} })).toEqual([]);
  });
});
