import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { changedObject } from '../../build/changed-object.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { role } from './role-objects.ts';

type Changes = Readonly<Record<string, unknown>>;

/** Rows for one quantity: 0, which a container runtime reads as no limit, and more than the maximum. */
const bounded = (
  make: (changes: Changes) => Changes,
  field: string,
  [maximum, above]: readonly [string, string],
  changes: (amount: string) => Changes,
): readonly BadObject[] => {
  const message = new RegExp(`must be more than 0 and at most ${maximum}`);
  const row = refused('Schema', make);
  return ['0', above].map((amount) => row(`${field} of ${amount}`, changes(amount), field, message));
};

const ofRole = (field: string, bounds: readonly [string, string], pointer: string): readonly BadObject[] =>
  bounded(role, field, bounds, (amount) => ({ [pointer]: amount }));

const ofSandbox = (
  field: string,
  bounds: readonly [string, string],
  changes: (amount: string) => Changes,
): readonly BadObject[] =>
  bounded((changed) => changedObject(minimalAgentSandbox, changed), field, bounds, changes);

const resource = (list: 'limits' | 'requests', name: string, bounds: readonly [string, string]) =>
  ofSandbox(`spec.resources.${list}.${name}`, bounds, (amount) => ({
    [`/spec/resources/${list}/${name}`]: amount,
  }));

const CORES = ['256', '257'] as const;
const NODE_BYTES = ['4Ti', '4097Gi'] as const;
const FILE_BYTES = ['1Ti', '1025Gi'] as const;

const quota = (amount: string): BadObject =>
  refused('Schema', (changes) => changedObject(minimalTenantIsolation, changes))(
    `a quota of ${amount}`,
    { '/spec/namespaces/0/quota/hard': { 'requests.cpu': amount } },
    'spec.namespaces[0].quota.hard[requests.cpu]',
    /must be at least 0 and at most 1000T/,
  );

/** Objects with an amount that is out of its bounds. */
export const badQuantities: readonly BadObject[] = [
  ...ofRole('spec.tools[1].maxFileSize', FILE_BYTES, '/spec/tools/1/maxFileSize'),
  ...ofRole('spec.tools[1].maxResponseSize', ['1Gi', '1025Mi'], '/spec/tools/1/maxResponseSize'),
  ...ofRole('spec.network.allow[0].maxUploadBytes', FILE_BYTES, '/spec/network/allow/0/maxUploadBytes'),
  ...ofRole('spec.network.allow[0].maxDownloadBytes', FILE_BYTES, '/spec/network/allow/0/maxDownloadBytes'),
  ...ofRole('spec.sandbox.limits.cpu', CORES, '/spec/sandbox/limits/cpu'),
  ...ofRole('spec.sandbox.limits.memory', NODE_BYTES, '/spec/sandbox/limits/memory'),
  ...ofRole('spec.sandbox.limits.ephemeral-storage', NODE_BYTES, '/spec/sandbox/limits/ephemeral-storage'),
  ...ofRole('spec.sandbox.tmp.size', FILE_BYTES, '/spec/sandbox/tmp/size'),
  ...(['limits', 'requests'] as const).flatMap((list) => [
    ...resource(list, 'cpu', CORES),
    ...resource(list, 'memory', NODE_BYTES),
    ...resource(list, 'ephemeral-storage', NODE_BYTES),
  ]),
  ...ofSandbox('spec.volumes[0].ephemeral.size', ['100Ti', '101Ti'], (size) => ({
    '/spec/volumes': [{ name: 'cache', mountPath: '/cache', ephemeral: { size } }],
  })),
  quota('1001T'),
];
