import { describe, expect, test } from 'vitest';
import { compileImagePattern } from '../../src/policy/roles/image-pattern.ts';
import { DIGEST, START_GATE_DIGEST } from '../build/pod.ts';
import { buildRolePolicy, buildTenantPolicy } from '../build/review-context.ts';
import { refusedBy } from './refused-by.ts';

const role = buildRolePolicy({
  images: [
    compileImagePattern('ghcr.io/acme/*', true),
    compileImagePattern('docker.io/library/python', true),
    compileImagePattern('registry.example.com:5000/team/agent', false),
  ],
});
const image = (text: string) => refusedBy({ '/spec/containers/0/image': text }, { role });

describe('an image that is to be taken for another', () => {
  test.for([
    // Gatekeeper's k8sallowedrepos compared prefixes: what begins like an allowed registry was allowed.
    `ghcr.io/acme-evil/hermes@${DIGEST}`,
    `ghcr.io/acme.evil.example/hermes@${DIGEST}`,
    `ghcr.io.evil.example/acme/hermes@${DIGEST}`,
    `evil.example/ghcr.io/acme/hermes@${DIGEST}`,
    // Its disallowedtags took the colon of a port for that of a tag.
    'ghcr.io:443/acme/hermes',
    `ghcr.io:443/acme/hermes@${DIGEST}`,
    `registry.example.com/team/agent@${DIGEST}`,
    // One name, two readings.
    `GHCR.io/acme/hermes@${DIGEST}`,
    `ghcr.io/Acme/hermes@${DIGEST}`,
    `ghcr.io/acmе/hermes@${DIGEST}`,
    `ghcr.io/acme/../evil/hermes@${DIGEST}`,
    `ghcr.io/acme//hermes@${DIGEST}`,
    `ghcr.io/acme/%2e%2e/hermes@${DIGEST}`,
    `https://ghcr.io/acme/hermes@${DIGEST}`,
    `ghcr.io/acme/hermes@${DIGEST}@${DIGEST}`,
    `evil.example/x@${DIGEST}@ghcr.io/acme/hermes`,
    `ghcr.io/acme/hermes@${DIGEST.toUpperCase()}`,
    `ghcr.io/acme/hermes@${DIGEST.slice(0, -1)}`,
    'ghcr.io/acme/hermes@sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709',
    ` ghcr.io/acme/hermes@${DIGEST}`,
    `ghcr.io/acme/hermes@${DIGEST}\n`,
    `ghcr.io/acme/hermes\u0000@${DIGEST}`,
    `acme/hermes@${DIGEST}`,
    'ghcr.io/acme/hermes:latest',
    'ghcr.io/acme/hermes',
    DIGEST.slice('sha256:'.length),
    DIGEST,
    '',
    'python',
    'python:3.14',
    `library/python/x@${DIGEST}`,
    `someone/python@${DIGEST}`,
  ])('%j is refused', (text) => {
    expect(image(text)).toEqual(['image-policy']);
  });

  test.for([
    `python@${DIGEST}`,
    `docker.io/python@${DIGEST}`,
    `index.docker.io/library/python:3.14@${DIGEST}`,
    `ghcr.io/acme/team/hermes:1.2@${DIGEST}`,
    'registry.example.com:5000/team/agent',
  ])('%j is what it says, and is let through', (text) => {
    expect(image(text)).toEqual([]);
  });

  test('the digest of the start gate opens no other place for an image', () => {
    const gate = `evil.example/x@${START_GATE_DIGEST}`;
    expect(image(gate)).toEqual(['start-gate']);
    const twice = { '/spec/initContainers/1': { name: 'again', image: gate } };
    expect(refusedBy(twice)).toContain('start-gate');
  });
});

describe('an exemption that is to be stretched', () => {
  const exemption = {
    namespace: 'acme-agents',
    serviceAccount: 'agent',
    images: new Set([DIGEST, START_GATE_DIGEST]),
    checks: new Set(['read-only-root-filesystem', 'privileged', 'role']),
    reason: 'written before the contract',
    expirationTime: 1,
  };
  const tenant = buildTenantPolicy({ exemptions: [exemption] });
  const writable = { '/spec/containers/0/securityContext/readOnlyRootFilesystem': false };

  test('it holds for what it names', () => {
    expect(refusedBy(writable, { tenant })).toEqual([]);
  });

  test.for<readonly [string, Readonly<Record<string, unknown>>]>([
    [
      'another image beside it',
      { '/spec/containers/1': { name: 'x', image: `ghcr.io/acme/x@sha256:${'0'.repeat(64)}` } },
    ],
    ['its own image by tag alone', { '/spec/containers/0/image': 'ghcr.io/acme/hermes:1.2' }],
    ['another ServiceAccount', { '/spec/serviceAccountName': 'other' }],
    [
      'an ephemeral container of another image',
      { '/spec/ephemeralContainers': [{ name: 'x', image: 'busybox' }] },
    ],
  ])('it does not hold for %s', ([, changes]) => {
    expect(refusedBy({ ...writable, ...changes }, { tenant })).toContain('read-only-root-filesystem');
  });

  test('it lifts no check of Pod Security, and none that binds the pod to its role', () => {
    const privileged = { '/spec/containers/0/securityContext/privileged': true };
    expect(refusedBy(privileged, { tenant })).toEqual(['privileged']);
    expect(refusedBy({ '/metadata/labels': {} }, { tenant })).toContain('role');
  });
});
