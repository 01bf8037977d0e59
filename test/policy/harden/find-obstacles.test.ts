import { describe, expect, test } from 'vitest';
import { findObstacles } from '../../../src/policy/harden/find-obstacles.ts';
import type { HardenContext } from '../../../src/policy/harden/wire-pod.ts';
import type { Container, Pod } from '../../../src/policy/pod/pod.ts';
import { buildReviewContext, buildRolePolicy } from '../../build/review-context.ts';

const VENDOR_URL = 'https://cloister-gateway:8443/upstreams/vendor';
const VENDOR = {
  targets: [{ name: 'VENDOR_URL', value: VENDOR_URL }],
  settings: [
    { name: 'VENDOR_KEY', value: '$(CLOISTER_PROXY_SECRET)' },
    { name: 'VENDOR_REGION', value: 'here' },
  ],
};
const role = buildRolePolicy({ runAsUser: 1000, environments: [VENDOR] });
const context = {
  review: buildReviewContext({ role }),
  role,
  startGateImage: null,
  now: 0,
} as unknown as HardenContext;

function obstaclesOf(container: Container, user?: number): readonly string[] {
  const spec = {
    securityContext: user === undefined ? {} : { runAsUser: user },
    containers: [{ name: 'a', ...container }],
  };
  const pod: Pod = { spec };
  return findObstacles(pod, 'spec.template.', context).map(({ field, found }) => `${field}: ${found}`);
}

const AT = 'spec.template.spec.containers[0]';
const OURS = 'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128';

describe('proxies', () => {
  test.for<readonly [string, string, readonly string[]]>([
    ['HTTPS_PROXY', 'http://proxy.corp.example.com:8080', [`${AT}.env[0].value: another proxy`]],
    ['http_proxy', 'http://user:password@proxy:8080', [`${AT}.env[0].value: another proxy`]],
    ['ALL_PROXY', 'socks5://proxy:1080', [`${AT}.env[0].value: another proxy`]],
    ['https_proxy', OURS, []],
    ['HTTPS_PROXY', '', []],
    ['NO_PROXY', 'localhost,.corp.example.com', [`${AT}.env[0].value: "localhost,.corp.example.com"`]],
    ['no_proxy', 'localhost', [`${AT}.env[0].value: "localhost"`]],
    ['NO_PROXY', 'localhost, 127.0.0.1, cloister-gateway', []],
    ['PROXY', 'http://proxy', []],
  ])('%s=%s', ([name, value, expected]) => {
    expect(obstaclesOf({ env: [{ name, value }] }, 1000)).toEqual(expected);
  });

  test('one that comes from elsewhere is not known to be ours', () => {
    const valueFrom = { secretKeyRef: { name: 'proxy', key: 'url' } };
    expect(obstaclesOf({ env: [{ name: 'HTTPS_PROXY', valueFrom }] }, 1000)).toHaveLength(1);
    expect(obstaclesOf({ env: [{ name: 'NO_PROXY', valueFrom }] }, 1000)).toHaveLength(1);
  });
});

describe('SDKs of upstreams', () => {
  test.for<readonly [string, string, readonly string[]]>([
    ['VENDOR_URL', 'https://vendor.example.com', [`${AT}.env[0].value: another value`]],
    ['VENDOR_URL', VENDOR_URL, []],
    ['VENDOR_KEY', 'hunter2', [`${AT}.env[0].value: another value`]],
    ['VENDOR_KEY', '$(CLOISTER_PROXY_SECRET)', []],
    ['VENDOR_REGION', 'there', []],
    ['vendor_key', 'x', []],
  ])('%s=%s', ([name, value, expected]) => {
    expect(obstaclesOf({ env: [{ name, value }] }, 1000)).toEqual(expected);
  });

  test('a key from elsewhere is not known to the gateway', () => {
    const valueFrom = { secretKeyRef: { name: 'keys', key: 'vendor' } };
    expect(obstaclesOf({ env: [{ name: 'VENDOR_KEY', valueFrom }] }, 1000)).toHaveLength(1);
  });
});

describe('commands that need root', () => {
  test.for<readonly [readonly string[], number | undefined, readonly string[]]>([
    [['sh', '-c', 'chown -R 1000 /data'], 0, [`${AT}.command: a command with "chown"`]],
    [['sh', '-c', 'set -e;apt-get update'], 0, [`${AT}.command: a command with "apt-get"`]],
    [['/bin/mount', '-t', 'tmpfs'], 0, [`${AT}.command: a command with "mount"`]],
    [['chmod', '700', '/data'], 0, [`${AT}.command: a command with "chmod"`]],
    [['chmod', '700', '/data'], undefined, []],
    [['chown', '1000', '/data'], undefined, [`${AT}.command: a command with "chown"`]],
    [['chown', '1000', '/data'], 1000, []],
    [['python', '--mountpoint', 'chowns.py'], 0, []],
  ])('%j as user %s', ([command, user, expected]) => {
    expect(obstaclesOf({ command }, user)).toEqual(expected);
  });

  test('the user of the container counts before that of the pod, and arguments as well', () => {
    expect(obstaclesOf({ args: ['chown a b'], securityContext: { runAsUser: 0 } }, 1000)).toHaveLength(1);
    expect(obstaclesOf({ args: ['chown a b'], securityContext: { runAsUser: 1000 } }, 0)).toEqual([]);
  });
});
