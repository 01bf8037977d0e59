import { describe, expect, test } from 'vitest';
import { parseVersion, versionFits, wantedVersion } from './program-version.ts';

describe('what a program prints about its version', () => {
  test.for([
    ['kube-apiserver --version', 'Kubernetes v1.37.2\n', '1.37.2'],
    ['kubectl version --client', 'Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0', '1.32.4'],
    ['etcd --version', 'etcd Version: 3.7.3\nGit SHA: 1a2b3c4\nGo Version: go1.26.8\n', '3.7.3'],
    ['helm version --short', 'v4.3+g0d5d1a6', '4.3'],
    ['a program that says nothing', '', undefined],
    ['a program that says something else', 'unknown flag: --version', undefined],
  ] as const)('%s', ([, output, version]) => {
    expect(parseVersion(output)).toBe(version);
  });
});

describe('which installed version stands in', () => {
  test.for([
    ['another patch of the same minor', '1.37.2', 'Minor', '1.37.0', true],
    ['an older minor', '1.37.2', 'Minor', '1.36.9', false],
    ['a minor that only begins alike', '1.37.2', 'Minor', '1.3.7', false],
    ['another minor of the same major', '4.3.1', 'Major', '4.0', true],
    ['an older major', '4.3.1', 'Major', '3.19.0', false],
  ] as const)('%s', ([, version, fits, found, expected]) => {
    expect(versionFits({ version, fits }, found)).toBe(expected);
  });

  test('is said as people write it', () => {
    expect(wantedVersion({ version: '1.37.2', fits: 'Minor' })).toBe('1.37.x');
    expect(wantedVersion({ version: '4.3.1', fits: 'Major' })).toBe('4.x');
  });
});
