import { describe, expect, test } from 'vitest';
import { POD_SHAPE, type Shape } from '../../../src/policy/pod/pod.ts';
import { type FieldType, workloadType } from '../../../src/policy/pod/workload-types.ts';

const VALUES: Readonly<Record<string, readonly string[]>> = {
  string: ['string'],
  boolean: ['boolean'],
  integer: ['int32', 'int64'],
  quantity: ['quantity'],
};

/** Where a shape of the contract is not the type of the API server. */
function differences(shape: Shape, type: FieldType | undefined, path: string): readonly string[] {
  if (type === undefined) return [`${path} is no field`];
  if (typeof shape === 'string') return isOfType(shape, type) ? [] : [`${path} is not ${shape}`];
  if (typeof type === 'string' || type.form === 'Map') return [`${path} has no members`];
  if (Array.isArray(shape)) {
    const items = type.form === 'List' ? type.items : undefined;
    return differences(shape[0] as Shape, items, `${path}[]`);
  }
  if (type.form !== 'Object') return [`${path} is no object`];
  return Object.entries(shape)
    .filter(([name]) => name !== '*')
    .flatMap(([name, member]) => differences(member, type.fields.get(name), `${path}.${name}`));
}

function isOfType(shape: string, type: FieldType): boolean {
  if (shape === 'any') return true;
  if (typeof type === 'string') return VALUES[shape]?.includes(type) === true;
  const values = { texts: 'string', quantities: 'quantity' }[shape];
  return type.form === 'Map' && values !== undefined && type.values === values;
}

describe('the types of the API server', () => {
  test('have every field that the contract reads, with its type', () => {
    const found = differences(POD_SHAPE, workloadType('Pod'), 'pod');
    // One shape serves all three lists of containers, and one all that the kubelet runs in them.
    const shared = /\.(?:targetContainerName|(?:liveness|readiness|startup)Probe\.sleep) is no field$/;
    expect(found.filter((one) => !shared.test(one))).toEqual([]);
  });

  test('know what the API server requires', () => {
    expect(workloadType('PodSpec').required).toEqual(['containers']);
    expect(workloadType('VolumeMount').required).toEqual(['mountPath', 'name']);
    expect(workloadType('HTTPHeader').required).toEqual(['name']);
  });
});
