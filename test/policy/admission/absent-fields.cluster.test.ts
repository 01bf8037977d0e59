import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../../src/api/kinds.ts';
import { customResourceDefinition } from '../../../src/api/structural/custom-resource-definition.ts';
import { type ApiServerCaller, apiServerCaller } from '../../testbed/api-server-caller.ts';
import { useControlPlane } from '../../testbed/use-control-plane.ts';
import { admittedPods } from './absent-fields/admitted-pods.ts';
import { FULL_ROLES, FULL_TENANTS } from './absent-fields/full-objects.ts';
import { withoutEachField } from './without-each-field.ts';

const controlPlane = useControlPlane();
let caller: ApiServerCaller;

beforeAll(async () => {
  await controlPlane.apply(kinds.map(customResourceDefinition));
  caller = apiServerCaller(controlPlane.connection);
});
afterAll(() => caller.close());

type Written = Readonly<Record<string, unknown>>;

/** What the API server would store of the object for a client without strict validation; null where it refuses it. */
async function stored(object: Written): Promise<Written | null> {
  const plural = object['kind'] === 'AgentRole' ? 'agentroles' : 'tenantisolations';
  const path = `/apis/cloister.dev/v1alpha1/${plural}?dryRun=All&fieldValidation=Ignore`;
  const { status, body } = await caller.send({ method: 'POST', path, body: object });
  if (status === 422) return null;
  expect(status, body.message).toBe(201);
  return body;
}

describe('as the API server stores what a client without strict validation sends', () => {
  test.for([...FULL_ROLES, ...FULL_TENANTS])(
    '$name admits no further pod when any one of its fields is left out, but for the literal exceptions',
    async ({ object, exceptions }) => {
      const whole = await stored(object);
      expect(whole).not.toBeNull();
      const before = admittedPods(whole ?? {});
      const widening: string[] = [];
      for (const { path, changed } of withoutEachField(object['spec'])) {
        const without = await stored({ ...object, spec: changed });
        if (without === null) continue;
        if ([...admittedPods(without)].some((name) => !before.has(name))) widening.push(path);
      }
      expect(widening).toEqual(exceptions);
    },
  );
});
