import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTORS, type GuardedControlPlane, startGuardedControlPlane } from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, operator } = ACTORS;
const GUARD = 'cloister-managed-objects';
const SECRETS = '/api/v1/namespaces/acme-agents/secrets';
const OLDER = `${SECRETS}/cloister-proxy-older`;

const secret = (metadata: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata,
  stringData: { secret: 'a' },
});
const create = (metadata: object) =>
  ({ method: 'POST', path: `${SECRETS}?dryRun=All`, body: secret(metadata) }) as const;
const change = {
  method: 'PATCH',
  path: `${OLDER}?dryRun=All`,
  contentType: 'application/merge-patch+json',
  body: { stringData: { secret: 'b' } },
} as const;
const remove = { method: 'DELETE', path: `${OLDER}?dryRun=All` } as const;

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const body = secret({ name: 'cloister-proxy-older' });
  const { by, message } = await guarded.attempt(operator, { method: 'POST', path: SECRETS, body });
  if (by !== 'Allowed') throw new Error(message);
});
afterAll(() => guarded?.stop());

// A pod may read a Secret of this name into its environment: whoever writes one hands the agent a credential.
describe('Secrets of the gateway', () => {
  test.for([
    ['an editor cannot plant one', editor, create({ name: 'cloister-proxy-r-analyst' }), GUARD],
    ['nor under a name that is made up for it', editor, create({ generateName: 'cloister-proxy-' }), GUARD],
    ['nor change one from before', editor, change, GUARD],
    ['but may delete one from before', editor, remove, 'Allowed'],
    ['nor can the platform team', administrator, create({ name: 'cloister-proxy-r-analyst' }), GUARD],
    ['the operator may', operator, create({ name: 'cloister-proxy-r-analyst' }), 'Allowed'],
    ['an editor may have Secrets of other names', editor, create({ name: 'own' }), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });
});
