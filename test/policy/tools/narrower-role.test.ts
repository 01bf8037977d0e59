import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { decideConnect } from '../../../src/policy/egress/decide-connect.ts';
import { decideCall, type ToolCall } from '../../../src/policy/tools/decide-call.ts';
import { decideFetch } from '../../../src/policy/tools/decide-fetch.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { buildRoleSpec, TOOLS } from '../../build/call-policy.ts';

type Spec = AgentRole['spec'];

const paths = fc.uniqueArray(fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/ab', '/b'), { maxLength: 4 });
const hosts = fc.uniqueArray(
  fc.constantFrom(
    'example.com',
    '*.example.com',
    'a.example.com',
    '*.a.example.com',
    '*.b.example',
    'b.example',
  ),
  { maxLength: 4 },
);
const ports = fc.uniqueArray(fc.constantFrom(443, 8443, 22), { minLength: 1 });

/** A role of tools with rules of each sort. */
const role = fc
  .record({
    path: fc.record({ allow: paths, deny: paths }),
    domain: fc.record({ allow: hosts, deny: hosts }),
    capabilities: fc.subarray(['net:http:get', 'net:http:post']),
    network: fc.uniqueArray(fc.tuple(hosts, ports), { maxLength: 3 }),
  })
  .map(({ path, domain, capabilities, network }): Spec => {
    const destinations = new Map(
      network.flatMap(([names, list]) => names.map((host) => [host, { host, ports: list }])),
    );
    return buildRoleSpec({
      tools: [
        { ...TOOLS.readFile, paths: [{ argument: '/path', ...path }] },
        { ...TOOLS.removeFile, arguments: undefined, paths: [{ argument: '/target/path', ...path }] },
        { ...TOOLS.webSearch, capabilities, domains: [{ argument: '/url', ...domain }] },
      ],
      network: { allow: [...destinations.values()] },
    });
  });

/** One way to allow less. */
const NARROWINGS: readonly ((spec: Spec, at: number) => void)[] = [
  (spec, at) => void spec.tools.splice(at % spec.tools.length, 1),
  (spec, at) => void spec.network.allow.splice(at % Math.max(1, spec.network.allow.length), 1),
  (spec, at) =>
    spec.network.allow.forEach(
      (one) => void (one.ports.length > 1 && one.ports.splice(at % one.ports.length, 1)),
    ),
  (spec, at) =>
    spec.tools.forEach((tool) =>
      tool.paths.forEach(({ allow }) => void allow.splice(at % Math.max(1, allow.length), 1)),
    ),
  (spec, at) =>
    spec.tools.forEach((tool) =>
      tool.domains.forEach(({ allow }) => void allow.splice(at % Math.max(1, allow.length), 1)),
    ),
  (spec, at) =>
    spec.tools.forEach((tool) =>
      tool.paths.forEach(({ deny }) => void deny.push(['/a/b', '/b', '/'][at % 3]!)),
    ),
  (spec, at) =>
    spec.tools.forEach((tool) =>
      tool.domains.forEach(({ deny }) => void deny.push(['*.example.com', 'a.example.com'][at % 2]!)),
    ),
  // What a tool does to files is what it is, and no grant.
  (spec, at) =>
    spec.tools.forEach(({ executor, capabilities }) => {
      if (executor === 'Fetch') capabilities.splice(at % Math.max(1, capabilities.length), 1);
    }),
  (spec) => spec.tools.forEach((tool) => void (tool.confirmation = { ...tool.confirmation, when: 'Always' })),
  (spec) => spec.tools.forEach((tool) => void (tool.maxFileSize = '1')),
];

const path = fc.constantFrom('/a', '/a/b', '/a/b/c', '/ab/x', '/b', '/a/../b', 'a', '/');
const host = fc.constantFrom('example.com', 'a.example.com', 'b.a.example.com', 'b.example', 'c.com');
const call: fc.Arbitrary<ToolCall> = fc.oneof(
  path.map((value) => ({ tool: 'read_file', arguments: { path: value } })),
  fc.tuple(path, fc.boolean()).map(([value, force]) => ({
    tool: 'remove_file',
    arguments: { target: { path: value, ...(force ? { force } : {}) } },
  })),
  host.map((name) => ({ tool: 'web_search', arguments: { url: `https://${name}/` } })),
  fc.record({ tool: fc.constantFrom('read_file', 'web_search', 'other'), arguments: fc.jsonValue() }),
);

const isAllowed = (decided: { decision: { effect: string } }): boolean => decided.decision.effect === 'Allow';

describe('a narrower role', () => {
  test('never allows more', () => {
    const narrowing = fc.tuple(fc.constantFrom(...NARROWINGS), fc.nat(10));
    fc.assert(
      fc.property(
        role,
        fc.array(narrowing, { minLength: 1, maxLength: 3 }),
        call,
        host,
        fc.constantFrom(443, 22),
        (...given) => {
          const [spec, narrowings, made, name, port] = given;
          const narrower = structuredClone(spec);
          for (const [narrow, at] of narrowings) if (narrower.tools.length > 0) narrow(narrower, at);
          const [wide, less] = [spec, narrower].map((one) => compileCallPolicy(one, 'analyst'));
          const decisions = [wide!, less!].map((policy) => [
            isAllowed(decideCall(policy, made)),
            isAllowed(decideConnect(policy, `${name}:${port}`)),
            isAllowed(decideFetch(policy, { tool: 'web_search', url: `https://${name}/`, method: 'GET' })),
          ]);
          for (const [index, isLess] of decisions[1]!.entries())
            expect(isLess && !decisions[0]![index]).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('never allows more by what a sandbox takes away', () => {
    const narrow = fc.record({
      tools: fc.option(fc.subarray(['read_file', 'remove_file', 'web_search']), { nil: undefined }),
      readOnlyPaths: paths,
    });
    fc.assert(
      fc.property(role, narrow, call, (spec, taken, made) => {
        const policy = compileCallPolicy(spec, 'analyst');
        const isKept = isAllowed(decideCall(policy, made, taken));
        expect(isKept && !isAllowed(decideCall(policy, made))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('is not asked about what it runs: what is allowed to be run is allowed to be explained', () => {
    fc.assert(
      fc.property(role, call, (spec, made) => {
        const policy = compileCallPolicy(spec, 'analyst');
        const isRun = isAllowed(decideCall(policy, made, undefined, 'Fetch'));
        expect(isRun && !isAllowed(decideCall(policy, made, undefined, 'Explain'))).toBe(false);
      }),
    );
  });
});
