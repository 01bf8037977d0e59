import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileImagePattern,
  matchesRepository,
  parseImage,
} from '../../../src/policy/roles/image-pattern.ts';
import { DIGEST } from '../../build/pod.ts';

const component = fc.stringMatching(/^[a-z0-9]{1,6}([._-][a-z0-9]{1,4})?$/);
const registry = fc.constantFrom('ghcr.io', 'localhost', 'localhost:5000', 'registry.acme.example:443');
const repository = fc
  .tuple(registry, fc.array(component, { minLength: 1, maxLength: 4 }))
  .map(([host, path]) => [host, ...path].join('/'));

describe('parseImage', () => {
  test.for<[string, string, string | null, string | null]>([
    ['node', 'docker.io/library/node', null, null],
    ['node:24', 'docker.io/library/node', '24', null],
    ['docker.io/node', 'docker.io/library/node', null, null],
    ['index.docker.io/node', 'docker.io/library/node', null, null],
    ['acme/hermes', 'docker.io/acme/hermes', null, null],
    ['docker.io/acme/hermes', 'docker.io/acme/hermes', null, null],
    ['localhost/hermes', 'localhost/hermes', null, null],
    ['localhost:5000/hermes:1', 'localhost:5000/hermes', '1', null],
    ['ghcr.io/acme/a__b/c--d', 'ghcr.io/acme/a__b/c--d', null, null],
    [`ghcr.io/acme/hermes@${DIGEST}`, 'ghcr.io/acme/hermes', null, DIGEST],
    [`ghcr.io:443/acme/hermes:v1.2@${DIGEST}`, 'ghcr.io:443/acme/hermes', 'v1.2', DIGEST],
  ])('reads %s', ([image, name, tag, digest]) => {
    expect(parseImage(image)).toEqual({ repository: name, tag, digest });
  });

  test.for([
    [''],
    [' node'],
    ['node '],
    ['node:'],
    ['node:a/b:c d'],
    ['Node'],
    ['GHCR.io/acme/hermes'],
    ['ghcr.io/acme/../evil/hermes'],
    ['ghcr.io/acme/./hermes'],
    ['ghcr.io/acme//hermes'],
    ['ghcr.io/acme/hermes/'],
    ['/ghcr.io/acme/hermes'],
    ['ghcr.io/acme/-hermes'],
    ['ghcr.io/acme/hermes@'],
    ['ghcr.io/acme/hermes@sha256:short'],
    [`ghcr.io/acme/hermes@${DIGEST}0`],
    [`ghcr.io/acme/hermes@${DIGEST}@${DIGEST}`],
    [`ghcr.io/acme/hermes@${DIGEST.toUpperCase()}`],
    [`@${DIGEST}`],
    ['https://ghcr.io/acme/hermes'],
    ['user@ghcr.io/acme/hermes'],
    ['ghcr.io/acme/*'],
    ['ghcr.io/acme/hermes\n'],
    ['ab'.repeat(32)],
    [`ghcr.io/${'a'.repeat(300)}`],
  ])('refuses %j', ([image = '']) => {
    expect(parseImage(image)).toBeNull();
  });

  test('reads back every repository, tag and digest that is put together', () => {
    const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/));
    const digest = fc.option(fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`));
    fc.assert(
      fc.property(repository, tag, digest, (name, version, content) => {
        const image = `${name}${version === null ? '' : `:${version}`}${content === null ? '' : `@${content}`}`;
        expect(parseImage(image)).toEqual({ repository: name, tag: version, digest: content });
      }),
    );
  });

  test('never throws, and what it reads it reads again to the same', () => {
    fc.assert(
      fc.property(fc.string(), (image) => {
        const name = parseImage(image)?.repository;
        if (name !== undefined) expect(parseImage(name)?.repository).toBe(name);
      }),
    );
  });
});

describe('matchesRepository', () => {
  test.for([
    ['ghcr.io/acme/*', 'ghcr.io/acme/hermes', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/team/hermes', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme', false],
    ['ghcr.io/acme/*', 'ghcr.io/acme-evil/hermes', false],
    ['ghcr.io/acme/*', 'ghcr.io.evil.example/acme/hermes', false],
    ['ghcr.io/acme/hermes', 'ghcr.io/acme/hermes', true],
    ['ghcr.io/acme/hermes', 'ghcr.io/acme/hermes/extra', false],
    ['ghcr.io/acme/hermes', 'ghcr.io/acme/hermes-evil', false],
    ['ghcr.io/acme*', 'ghcr.io/acme-evil/hermes', false],
    ['ghcr.io/*/hermes', 'ghcr.io/evil/hermes', false],
    ['*', 'ghcr.io/acme/hermes', false],
    ['*', 'docker.io/library/node', false],
    ['', 'docker.io/library/node', false],
    ['/*', 'docker.io/library/node', false],
    ['ghcr.io/acme/', 'ghcr.io/acme/hermes', false],
    ['ghcr.io/acme//*', 'ghcr.io/acme/hermes', false],
    ['ghcr.io/*', 'ghcr.io/acme/hermes', true],
    ['node', 'docker.io/library/node', true],
    ['acme/*', 'docker.io/acme/hermes', true],
    ['acme/*', 'ghcr.io/acme/hermes', false],
    ['docker.io/*', 'docker.io/acme/hermes', true],
    ['docker.io/library/*', 'docker.io/acme/hermes', false],
    ['localhost:5000/*', 'localhost:5000/hermes', true],
    ['localhost:5000/*', 'localhost:50001/hermes', false],
  ] as const)('the pattern %s on %s: %s', ([pattern, name, matches]) => {
    expect(matchesRepository(compileImagePattern(pattern, true), name)).toBe(matches);
  });

  test('a pattern of one repository matches that and nothing else', () => {
    fc.assert(
      fc.property(repository, repository, (allowed, asked) => {
        expect(matchesRepository(compileImagePattern(allowed, true), asked)).toBe(allowed === asked);
      }),
    );
  });

  test('a pattern of a tree matches exactly what has its segments and at least one more', () => {
    fc.assert(
      fc.property(repository, repository, (root, asked) => {
        const segments = root.split('/');
        const below = asked.split('/').slice(0, segments.length).join('/') === root && asked !== root;
        const pattern = compileImagePattern(`${root}/*`, true);
        expect(matchesRepository(pattern, asked)).toBe(below);
        expect(matchesRepository(pattern, `${root}/below`)).toBe(true);
        expect(matchesRepository(pattern, `${root}x/below`)).toBe(false);
      }),
    );
  });
});
