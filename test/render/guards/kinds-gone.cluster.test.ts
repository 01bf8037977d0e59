import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type GuardedControlPlane, startGuardedControlPlane } from './guarded-control-plane.ts';

// Who deletes the kinds and leaves the policies has policies that an API server started later cannot ask: they refuse.
let guarded: GuardedControlPlane;

const kubectl = (...args: string[]) => guarded.controlPlane.kubectl(args);
const createNamespace = () => kubectl('create', 'namespace', 'another', '--dry-run=server');
const PATIENCE = { timeout: 60_000, interval: 250 };

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  expect((await kubectl('delete', 'crd', 'tenantisolations.cloister.dev')).code).toBe(0);
  await guarded.controlPlane.restartApiServer();
  const refusal = "'cloister-listed-namespaces' denied request: failed to configure policy";
  await vi.waitFor(async () => expect((await createNamespace()).stderr).toContain(refusal), PATIENCE);
});
afterAll(() => guarded.stop());

test('with the kinds gone, a namespace can still be deleted', async () => {
  expect((await kubectl('delete', 'namespace', 'elsewhere', '--timeout=45s')).code).toBe(0);
});

test('and the binding can be deleted, after which namespaces can be made again', async () => {
  const binding = 'validatingadmissionpolicybinding/cloister-listed-namespaces';
  expect((await kubectl('delete', binding)).code).toBe(0);
  await vi.waitFor(async () => expect((await createNamespace()).code).toBe(0), PATIENCE);
});
