import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from './dry-run-calls.ts';
import {
  ACTORS,
  type GuardedControlPlane,
  NAMESPACES,
  startGuardedControlPlane,
  user,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, operator, gateway } = ACTORS;
const TOKENS = 'cloister-tokens';
const IDENTITY = 'acme-agents.analyst';
const core = (inNamespace: string, resource: string) => `${NAMESPACES}/${inNamespace}/${resource}`;

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const anchor = { apiVersion: 'v1', kind: 'Secret', metadata: { name: IDENTITY } };
  for (const [path, body] of [
    [core('acme-agents', 'serviceaccounts'), account('agent')],
    [core('cloister-t-acme', 'serviceaccounts'), account(IDENTITY)],
    [core('cloister-t-acme', 'secrets'), anchor],
  ] as const) {
    const { message, by } = await guarded.attempt(operator, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  }
});
afterAll(() => guarded?.stop());

describe('tokens', () => {
  const request = (inNamespace: string, name: string, spec: object) => ({
    method: 'POST' as const,
    path: core(inNamespace, `serviceaccounts/${name}/token`),
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
  });
  const anchored = {
    audiences: ['vault'],
    boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: IDENTITY },
  };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name: 'token', annotations: { 'kubernetes.io/service-account.name': 'agent' } },
  };
  const identity = (spec: object) => request('cloister-t-acme', IDENTITY, spec);
  test.for([
    [
      'nor who has the group of nodes alone',
      user('someone', 'system:masters', 'system:nodes'),
      request('acme-agents', 'agent', {}),
      TOKENS,
    ],
    [
      'nor the name of one',
      user('system:node:worker-1', 'system:masters'),
      request('acme-agents', 'agent', {}),
      TOKENS,
    ],
    [
      "nor the gateway of another tenant's system namespace",
      user('system:serviceaccount:cloister-t-other:cloister-gateway', 'system:masters'),
      identity(anchored),
      TOKENS,
    ],
    [
      'nor bound to another Secret',
      gateway,
      identity({ ...anchored, boundObjectRef: { ...anchored.boundObjectRef, name: 'other' } }),
      TOKENS,
    ],
    [
      'nor to a pod',
      gateway,
      identity({ ...anchored, boundObjectRef: { ...anchored.boundObjectRef, kind: 'Pod' } }),
      TOKENS,
    ],
    [
      'nor of an account that Vault does not know',
      gateway,
      request('cloister-t-acme', 'default', { audiences: ['vault'] }),
      TOKENS,
    ],
    [
      'nor a Secret filled with one in a system namespace',
      administrator,
      post(core('cloister-t-acme', 'secrets'), secret),
      'cloister-token-secrets',
    ],
    ['an editor cannot mint one', editor, request('acme-agents', 'agent', {}), TOKENS],
    [
      'nor of the audience of the gateway',
      editor,
      request('acme-agents', 'agent', { audiences: ['cloister-gateway'] }),
      TOKENS,
    ],
    ['nor can the platform team', administrator, request('acme-agents', 'agent', {}), TOKENS],
    ['nor the operator, of a Vault identity', operator, identity(anchored), TOKENS],
    ['the gateway may for Vault', gateway, identity(anchored), 'Allowed'],
    ['but for no other audience', gateway, identity({ ...anchored, audiences: ['vault', 'api'] }), TOKENS],
    ['nor the default one', gateway, identity({ boundObjectRef: anchored.boundObjectRef }), TOKENS],
    ['nor without the anchor', gateway, identity({ audiences: ['vault'] }), TOKENS],
    ['nor in the namespaces of its tenant', gateway, request('acme-agents', 'agent', anchored), TOKENS],
    [
      'an editor cannot have a Secret filled with one',
      editor,
      post(core('acme-agents', 'secrets'), secret),
      'cloister-token-secrets',
    ],
    [
      'nor anybody beside the operator and the webhook, which would then be each other',
      administrator,
      post(core('cloister-system', 'secrets'), secret),
      'cloister-token-secrets',
    ],
    [
      'an editor may have other Secrets',
      editor,
      post(core('acme-agents', 'secrets'), { ...secret, type: 'Opaque' }),
      'Allowed',
    ],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });
});
