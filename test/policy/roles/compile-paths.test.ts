import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePaths } from '../../../src/policy/roles/compile-paths.ts';
import { evaluateMountPath } from '../../../src/policy/admission/evaluate-mount-path.ts';
import { isAtOrUnder } from '../../../src/policy/roles/mount-path.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import { buildRolePolicy } from '../../build/review-context.ts';

interface Grant {
  allow: string[];
  deny: string[];
  write: boolean;
}

const compile = (grants: readonly Grant[]) =>
  compilePaths(
    grants.map(({ allow, deny, write }) => ({
      executor: 'Agent',
      capabilities: [write ? 'file:write' : 'file:read'],
      paths: [{ argument: '/path', allow, deny }],
    })),
  );

/** Whether a role of these rules lets the claim be mounted at the path. */
function admits(grants: readonly Grant[], mountPath: string, readOnly: boolean): boolean {
  const mount = { name: 'data', mountPath, readOnly };
  const subject = createPodSubject({
    spec: {
      containers: [{ name: 'agent', volumeMounts: [mount] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  });
  const [view] = subject.containers;
  if (view === undefined) throw new Error('the pod has one container');
  const role = buildRolePolicy({ ...compile(grants), temporarySize: null });
  return evaluateMountPath({ subject, view, mount, index: 0 }, role) === null;
}

const path = fc
  .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 })
  .map((s) => `/${s.join('/')}`);
const paths = fc.array(path, { maxLength: 3 });
const grants = fc.array(fc.record({ allow: paths, deny: paths, write: fc.boolean() }), { maxLength: 4 });

const grantsPath = ({ allow, deny }: Grant, asked: string) =>
  allow.some((root) => isAtOrUnder(asked, root)) && !deny.some((root) => isAtOrUnder(asked, root));

describe('compilePaths', () => {
  test('takes only tools that the agent runs itself, with a file capability and a whole rule', () => {
    const rule = { argument: '/path', allow: ['/data'], deny: [] };
    expect(
      compilePaths([
        { executor: 'MCP', capabilities: ['file:read'], paths: [rule] },
        { executor: 'Agent', capabilities: ['code:bash', 'file:execute', 'file:delete'], paths: [rule] },
        { executor: 'Agent', capabilities: ['file:read'], paths: [{ argument: '/path', allow: ['/data'] }] },
        { executor: 'Agent', capabilities: ['file:read'], paths: [{ argument: '/path', deny: ['/data'] }] },
        { executor: 'Agent', capabilities: ['file:read'], paths: [{ allow: ['/data'], deny: [] }] },
        { executor: 'Agent', capabilities: ['file:read'], paths: [undefined] },
        { executor: 'Agent', capabilities: ['file:read'] },
        { executor: 'Agent', paths: [rule] },
        undefined,
      ]),
    ).toEqual({ readablePaths: [], writablePaths: [], deniedPaths: [], unwritablePaths: [] });
  });

  test('an item that is missing grants and denies nothing', () => {
    const rule = { argument: '/path', allow: [undefined, '/data'], deny: ['/data/a', undefined] };
    expect(compilePaths([{ executor: 'Agent', capabilities: ['file:read'], paths: [rule] }])).toMatchObject({
      readablePaths: ['/data'],
      deniedPaths: ['/data/a'],
    });
  });

  test('what may only be written is not listed as readable, and what may only be read not as writable', () => {
    const grant = { allow: ['/data'], deny: [] };
    expect(compile([{ ...grant, write: true }])).toMatchObject({
      readablePaths: [],
      writablePaths: ['/data'],
    });
    expect(compile([{ ...grant, write: false }])).toMatchObject({
      readablePaths: ['/data'],
      writablePaths: [],
    });
  });

  test('keeps what a rule denies, unless another grants that very path', () => {
    const reads = { allow: ['/data'], deny: ['/data/private'], write: false };
    expect(compile([reads]).deniedPaths).toEqual(['/data/private']);
    expect(compile([reads, { allow: ['/data/private/x'], deny: [], write: true }]).deniedPaths).toEqual([
      '/data/private',
    ]);
    expect(compile([reads, { allow: ['/data/private'], deny: [], write: true }]).deniedPaths).toEqual([]);
  });

  test('keeps what a writing rule denies from being written, though another may read it', () => {
    const rules = [
      { allow: ['/data'], deny: ['/data/sealed'], write: true },
      { allow: ['/data/sealed'], deny: [], write: false },
    ];
    expect(compile(rules)).toMatchObject({ deniedPaths: [], unwritablePaths: ['/data/sealed'] });
  });

  test('a writable mount is admitted exactly where some rule with file:write grants the path', () => {
    fc.assert(
      fc.property(grants, path, (rules, asked) => {
        expect(admits(rules, asked, false)).toBe(rules.some((rule) => rule.write && grantsPath(rule, asked)));
      }),
      { numRuns: 2000 },
    );
  });

  test('a read-only mount is admitted exactly where some rule grants the path', () => {
    fc.assert(
      fc.property(grants, path, (rules, asked) => {
        expect(admits(rules, asked, true)).toBe(rules.some((rule) => grantsPath(rule, asked)));
      }),
      { numRuns: 2000 },
    );
  });

  test('a rule less never admits a mount more', () => {
    fc.assert(
      fc.property(grants, path, fc.boolean(), fc.nat(3), (rules, asked, readOnly, gone) => {
        const fewer = rules.filter((_, index) => index !== gone);
        if (admits(fewer, asked, readOnly)) expect(admits(rules, asked, readOnly)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
