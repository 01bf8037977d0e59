import { expect, test } from 'vitest';
import { useControlPlane } from './use-control-plane.ts';

const controlPlane = useControlPlane();

test('the control plane gives a new namespace its ServiceAccount', async () => {
  const namespace = await controlPlane.createNamespace('testbed');
  const { code } = await controlPlane.kubectl(['get', 'serviceaccount', 'default', '-n', namespace]);
  expect(code).toBe(0);
});
