import { beforeAll, expect, test } from 'vitest';
import { agentApproval } from '../../src/api/agent-approval.ts';
import { customResourceDefinition } from '../../src/api/structural/custom-resource-definition.ts';
import { minimalAgentApproval } from '../build/agent-approval.ts';
import { changedObject } from '../build/changed-object.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  await controlPlane.apply([customResourceDefinition(agentApproval)]);
  namespace = await controlPlane.createNamespace('approvals');
});

const decision = (user: string, decided: string) => ({
  user,
  decision: decided,
  time: '2030-01-01T00:00:00Z',
});

const withApproval = async (name: string): Promise<(status: object) => Promise<string>> => {
  await controlPlane.apply([
    changedObject(minimalAgentApproval, { '/metadata/name': name, '/metadata/namespace': namespace }),
  ]);
  return async (status) => {
    const patch = JSON.stringify({ status });
    const flags = ['--subresource=status', '--type=merge', '-n', namespace, '-p', patch];
    const { stderr } = await controlPlane.kubectl(['patch', 'agentapproval', name, ...flags]);
    return stderr;
  };
};

test('a decision stands: it is not changed, taken back or made twice, and others may be added', async () => {
  const setStatus = await withApproval('decided');
  expect(await setStatus({ decisions: [decision('ann', 'Denied')] })).toBe('');
  expect(await setStatus({ decisions: [decision('ann', 'Approved')] })).toContain('status.decisions');
  expect(await setStatus({ decisions: [] })).toContain('cannot be changed or taken back');
  const twice = [decision('ann', 'Denied'), decision('ann', 'Approved')];
  expect(await setStatus({ decisions: twice })).toContain('Duplicate');
  expect(await setStatus({ decisions: [decision('ann', 'Denied'), decision('bob', 'Approved')] })).toBe('');
});

test('an approval is used once', async () => {
  const setStatus = await withApproval('consumed');
  expect(await setStatus({ consumedTime: '2030-01-01T00:00:00Z' })).toBe('');
  expect(await setStatus({ consumedTime: '2030-01-02T00:00:00Z' })).toContain(
    'consumedTime cannot be changed',
  );
  expect(await setStatus({ consumedTime: null })).toContain('consumedTime cannot be changed');
});

test('a whole status cannot be taken away with its decisions', async () => {
  const setStatus = await withApproval('emptied');
  expect(await setStatus({ decisions: [decision('ann', 'Denied')] })).toBe('');
  const { stderr } = await controlPlane.kubectl([
    'patch',
    'agentapproval',
    'emptied',
    '-n',
    namespace,
    '--subresource=status',
    '--type=json',
    '-p',
    JSON.stringify([{ op: 'remove', path: '/status' }]),
  ]);
  expect(stderr).toContain('cannot be changed or taken back');
});
