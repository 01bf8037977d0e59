import { describe, expect, test } from 'vitest';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { parseQuantity } from '../../../src/lib/quantity.ts';
import type { RolePolicy } from '../../../src/policy/roles/role-policy.ts';
import {
  evaluateAgentSandbox,
  type SandboxSurroundings,
} from '../../../src/policy/sandboxes/evaluate-agent-sandbox.ts';
import { compileImagePattern } from '../../../src/policy/roles/image-pattern.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { buildRolePolicy, buildTenantPolicy } from '../../build/review-context.ts';

const evaluate = (
  tweak: (spec: AgentSandbox['spec']) => void,
  around: Partial<SandboxSurroundings> = {},
): readonly string[] =>
  evaluateAgentSandbox(
    buildAgentSandbox(({ spec }) => tweak(spec)),
    { namespace: 'acme-agents', tenant: buildTenantPolicy(), role: buildRolePolicy(), ...around },
  ).map(({ field, found, required }) => `${field} is ${found}; it ${required}`);

const nothing = (): void => {};

describe('the tenant', () => {
  test('a namespace of no tenant has no sandboxes, whatever role they name', () => {
    expect(evaluate(nothing, { tenant: null })).toEqual([
      'metadata.namespace is "acme-agents"; it must be a namespace of a TenantIsolation',
    ]);
  });

  test('without a role and a default there is none', () => {
    const tenant = buildTenantPolicy({ defaultRole: null });
    expect(evaluate(nothing, { tenant })).toEqual([
      'spec.roleRef is not set; it must name one of "data-analyst", "read-only"',
    ]);
    const without = buildTenantPolicy({ defaultRole: null, allowedRoles: new Set() });
    expect(evaluate(nothing, { tenant: without })).toEqual([
      'spec.roleRef is not set; it must name one of none',
    ]);
  });

  test('a role that the tenant does not allow is refused, whether it exists or not', () => {
    const expected = ['spec.roleRef.name is "devops"; it must be one of "data-analyst", "read-only"'];
    const name = (spec: AgentSandbox['spec']): void => {
      spec.roleRef = { name: 'devops' };
    };
    expect(evaluate(name)).toEqual(expected);
    expect(evaluate(name, { role: null })).toEqual(expected);
  });

  test('a role that does not exist yet is no finding, and nothing is evaluated against it', () => {
    const tooMuch = (spec: AgentSandbox['spec']): void => {
      spec.resources.limits = { cpu: 256 };
    };
    expect(evaluate(tooMuch, { role: null })).toEqual([]);
    expect(evaluate(tooMuch)).toHaveLength(1);
  });
});

describe('resources are at most the role’s', () => {
  const LIMITS = [
    ['cpu', '1', '1001m'],
    ['memory', '2Gi', '2049Mi'],
    ['ephemeral-storage', '1Gi', 1_073_741_825],
  ] as const;

  test.for(LIMITS.flatMap((row) => (['limits', 'requests'] as const).map((list) => [list, ...row] as const)))(
    '%s of %s: %s is accepted and %s is not',
    ([list, name, granted, above]) => {
      const ask = (amount: string | number) => (spec: AgentSandbox['spec']) => {
        spec.resources[list] = { [name]: amount };
      };
      expect(evaluate(ask(granted))).toEqual([]);
      expect(evaluate(ask(above))).toEqual([
        `spec.resources.${list}.${name} is "${above}"; it must be at most "${granted}", the limit of role "data-analyst"`,
      ]);
    },
  );

  test('a resource that the role does not list is not granted', () => {
    const limits: RolePolicy['limits'] = new Map([['cpu', parseQuantity('1') ?? 0n]]);
    const role = buildRolePolicy({ limits, limitTexts: new Map([['cpu', '1']]) });
    const ask = (spec: AgentSandbox['spec']): void => {
      spec.resources.limits = { cpu: '1', memory: 1 };
    };
    expect(evaluate(ask, { role })).toEqual([
      'spec.resources.limits.memory is "1"; it must be at most "0", the limit of role "data-analyst"',
    ]);
  });

  test('an amount that cannot be read is not granted', () => {
    const ask = (spec: AgentSandbox['spec']): void => {
      spec.resources.requests = { cpu: 'much' };
    };
    expect(evaluate(ask)).toHaveLength(1);
  });
});

describe('the rest is within the role', () => {
  test('a lifetime is at most the role’s', () => {
    const live = (lifetimeSeconds: number) => (spec: AgentSandbox['spec']) => {
      spec.lifetimeSeconds = lifetimeSeconds;
    };
    expect(evaluate(live(86_400))).toEqual([]);
    expect(evaluate(live(86_401))).toEqual([
      'spec.lifetimeSeconds is 86401; it must be at most 86400, the limit of role "data-analyst"',
    ]);
  });

  test('every port is one of the role’s ingress, and each that is not is named', () => {
    const role = buildRolePolicy({ ingress: new Map([8080, 8081].map((port) => [port, []])) });
    const listen = (spec: AgentSandbox['spec']): void => {
      spec.ports = [8081, 9090, 8080, 9091];
    };
    const required = 'must be an ingress port of role "data-analyst" (8080, 8081)';
    expect(evaluate(listen, { role })).toEqual([
      `spec.ports[1] is 9090; it ${required}`,
      `spec.ports[3] is 9091; it ${required}`,
    ]);
    expect(evaluate(listen)).toHaveLength(4);
  });

  test.for([
    ['ghcr.io/acme/hermes:1', 'must be repository@sha256:digest'],
    ['ghcr.io/acmeeee/hermes:1', 'must be an image from "ghcr.io/acme/*"'],
    [`ghcr.io/evil/hermes@sha256:${'a'.repeat(64)}`, 'must be an image from "ghcr.io/acme/*"'],
    ['ghcr.io/acme/hermes@sha256:abc', 'must be an image from "ghcr.io/acme/*"'],
  ] as const)('the image %s is refused', ([image, required]) => {
    expect(
      evaluate((spec) => {
        spec.image = image;
      }),
    ).toEqual([`spec.image is "${image}"; it ${required}`]);
  });

  test('a role without images allows none', () => {
    expect(evaluate(nothing, { role: buildRolePolicy({ images: [] }) })).toEqual([
      expect.stringContaining('it must be an image from none'),
    ]);
  });

  test('a tag is enough where the role does not ask for a digest', () => {
    const role = buildRolePolicy({ images: [compileImagePattern('ghcr.io/acme/*', false)] });
    expect(
      evaluate(
        (spec) => {
          spec.image = 'ghcr.io/acme/hermes:1';
        },
        { role },
      ),
    ).toEqual([]);
  });
});
