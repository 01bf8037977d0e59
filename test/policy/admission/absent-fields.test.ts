import { describe, expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { admittedPods } from './absent-fields/admitted-pods.ts';
import { FULL_ROLES, FULL_TENANTS } from './absent-fields/full-objects.ts';
import { withoutEachField } from './without-each-field.ts';

const rows = [
  ...FULL_ROLES.map((full) => ({ ...full, schema: agentRole.schema })),
  ...FULL_TENANTS.map((full) => ({ ...full, schema: tenantIsolation.schema })),
];

describe.for(rows)('$name', ({ object, schema, exceptions }) => {
  const before = admittedPods(schema.parse(object));

  test('admits no further pod when any one of its fields is left out, but for the literal exceptions', () => {
    const widening = withoutEachField(object['spec']).filter(({ changed }) => {
      const parsed = schema.safeParse({ ...object, spec: changed });
      return parsed.success && [...admittedPods(parsed.data)].some((name) => !before.has(name));
    });
    expect(widening.map(({ path }) => path)).toEqual(exceptions);
  });
});

test('the pods tell a wide role from a narrow one, or leaving out a field would show nothing', () => {
  const [wide, narrow, gvisor] = FULL_ROLES.map(
    ({ object }) => admittedPods(agentRole.schema.parse(object)).size,
  );
  expect(wide).toBeGreaterThan(narrow ?? 0);
  expect(narrow).toBeGreaterThan(gvisor ?? 0);
  const [plain, exempt] = FULL_TENANTS.map(
    ({ object }) => admittedPods(tenantIsolation.schema.parse(object)).size,
  );
  expect(exempt).toBeGreaterThan(plain ?? 0);
});
