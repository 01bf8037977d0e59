import { describe, expect, test } from 'vitest';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { VAULT_FINALIZER } from '../../../src/api/names.ts';
import {
  decideIdentity,
  type IdentityWorld,
  readRecord,
  recordFields,
  type WantedByRole,
} from '../../../src/operator/identity/decide-identity.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';

const ACCOUNT = 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01';
const WANTED: WantedByRole = {
  owner: { tenant: 'acme', namespace: 'acme-agents', sandbox: 'hermes' },
  place: { authMount: 'kubernetes', namespace: null },
  policy: '# nothing',
  databaseRoles: [],
  databaseMounts: [],
};
const RECORD = {
  owner: WANTED.owner,
  place: WANTED.place,
  serviceAccountUID: ACCOUNT,
  databaseMounts: [],
  policyHash: 'hash',
  podUID: undefined,
};
const MADE = { uid: ACCOUNT, sandboxUID: 'sandbox-uid' };
type Status = NonNullable<AgentSandbox['status']>;

/** A sandbox that wants an identity, and has that of its status. */
function world(change: Partial<IdentityWorld> = {}, status?: Status, finalizers?: string[]): IdentityWorld {
  const sandbox = buildAgentSandbox((one) => {
    Object.assign(one.metadata, { name: 'hermes', uid: 'sandbox-uid', finalizers });
    if (status !== undefined) one.status = status;
  });
  return { sandbox, wanted: WANTED, account: MADE, ...change };
}

const recorded = recordFields(RECORD);
const elsewhere = { ...WANTED, place: { authMount: 'other', namespace: null } };
const anothers = { ...WANTED, owner: { ...WANTED.owner, tenant: 'globex' } };

describe('the identity of a sandbox', () => {
  test.for<readonly [string, IdentityWorld, string]>([
    ['is begun where there is none', world({ account: undefined }), 'Begin'],
    ['is begun again where the ServiceAccount was made and not recorded', world(), 'Begin'],
    ['is provided when it is recorded', world({}, recorded), 'Provide'],
    ['is removed where none is wanted', world({ wanted: null }, recorded), 'Remove'],
    ['is removed where it is wanted elsewhere in Vault', world({ wanted: elsewhere }, recorded), 'Remove'],
    ['is removed where another tenant has the namespace', world({ wanted: anothers }, recorded), 'Remove'],
    ['is removed where its ServiceAccount is gone', world({ account: undefined }, recorded), 'Remove'],
    [
      'is removed where its ServiceAccount is another',
      world({ account: { ...MADE, uid: 'new' } }, recorded),
      'Remove',
    ],
    [
      'is removed where its ServiceAccount is an earlier sandbox’s',
      world({ account: { ...MADE, sandboxUID: 'earlier' } }, recorded),
      'Remove',
    ],
    [
      'is removed to the end where that has begun, though it is wanted again',
      world({}, { ...recorded, removal: [{ name: 'LoginClosed' }] }),
      'Remove',
    ],
    [
      'is that of an earlier sandbox of the name first, where one is left',
      world({ account: { ...MADE, sandboxUID: 'earlier' } }),
      'Adopt',
    ],
    ['is over when nothing is recorded', world({ wanted: null }, {}, [VAULT_FINALIZER]), 'Finish'],
    ['is none where there is no finalizer', world({ wanted: null }, {}, ['other']), 'None'],
  ])('%s', ([, of, action]) => {
    expect(decideIdentity(of).action).toBe(action);
  });

  test('is recorded as it is read', () => {
    const record = {
      ...RECORD,
      place: { authMount: 'clusters/one', namespace: 'team' },
      databaseMounts: ['database'],
      podUID: ACCOUNT,
    };
    expect(readRecord(recordFields(record) as Status)).toEqual(record);
    expect(readRecord(recordFields(null) as Status)).toBeNull();
  });
});
