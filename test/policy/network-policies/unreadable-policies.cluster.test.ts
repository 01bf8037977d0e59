import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiServerCaller } from '../../testbed/api-server-caller.ts';
import { useControlPlane } from '../../testbed/use-control-plane.ts';
import { UNREADABLE_RULES, UNREADABLE_SELECTIONS } from './unreadable-policies.ts';

const controlPlane = useControlPlane();
const caller = apiServerCaller(controlPlane.connection);
afterAll(() => caller.close());

let namespace = '';
beforeAll(async () => {
  namespace = await controlPlane.createNamespace('unreadable');
});

test.for([...UNREADABLE_RULES, ...UNREADABLE_SELECTIONS])(
  'the API server rejects $name',
  async ({ spec }) => {
    const { status, body } = await caller.send({
      method: 'POST',
      path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies?dryRun=All`,
      body: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'unreadable' },
        spec,
      },
    });
    expect(body.message).toContain('is invalid');
    expect(status).toBe(422);
  },
);
