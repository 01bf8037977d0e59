import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { findDifferences } from '../../../src/policy/harden/find-differences.ts';
import {
  reviewAsJson,
  runCommand,
  SAMPLE_POLICIES,
  SAMPLES,
  TENANT_WITH_STATUS,
  writeFiles,
} from '../run-command.ts';

const [ROLE] = SAMPLE_POLICIES;
const GATE = `packages.example.com/cloister/start-gate@sha256:${'5a'.repeat(32)}`;

const BARE = `# A comment
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {answer: "yes"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: hermes, namespace: acme-agents}
spec:
  selector: {matchLabels: {app: hermes}}
  template:
    metadata: {labels: {app: hermes}}
    spec:
      serviceAccountName: hermes
      hostPID: true
      containers:
      - name: agent
        image: ghcr.io/acme/hermes@sha256:${'ab'.repeat(32)}
        workingDir: /srv/jobs
`;

function objectsOf(text: string): readonly Record<string, unknown>[] {
  return [...readDocuments(text, { file: '-' })].map((document) => {
    if ('error' in document) throw new Error(document.error);
    return document.object;
  });
}

describe('cloister harden', () => {
  test('makes a bare workload compliant, wires it to its gateway, and passes the rest through in order', async () => {
    const folder = writeFiles({ 'tenant.yaml': TENANT_WITH_STATUS, 'bare.yaml': BARE });
    const flags = ['-f', ROLE, '-f', folder, '--role', 'data-analyst', '--start-gate-image', GATE];
    const { code, out, error } = await runCommand(['harden', ...flags]);
    expect(code).toBe(0);
    expect(objectsOf(out).map(({ kind }) => kind)).toEqual([
      'AgentRole',
      'ConfigMap',
      'Deployment',
      'TenantIsolation',
    ]);
    expect(objectsOf(out)[1]).toEqual(objectsOf(BARE)[0]);
    expect(objectsOf(out)[2]).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { app: 'hermes', 'cloister.dev/role': 'data-analyst' } },
          spec: {
            dnsPolicy: 'None',
            hostAliases: [{ ip: '10.96.0.50', hostnames: ['cloister-gateway'] }],
            initContainers: [{ name: 'start-gate', image: GATE }],
            containers: [
              {
                workingDir: '/srv/jobs',
                env: [
                  {
                    name: 'CLOISTER_PROXY_SECRET',
                    valueFrom: { secretKeyRef: { name: 'cloister-proxy-r-data-analyst', key: 'secret' } },
                  },
                  {
                    name: 'HTTPS_PROXY',
                    value: 'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128',
                  },
                  { name: 'https_proxy' },
                  { name: 'HTTP_PROXY' },
                  { name: 'http_proxy' },
                  { name: 'NO_PROXY' },
                  { name: 'no_proxy' },
                  { name: 'NODE_USE_ENV_PROXY' },
                  { name: 'NODE_EXTRA_CA_CERTS' },
                  { name: 'SSL_CERT_FILE' },
                  { name: 'REQUESTS_CA_BUNDLE' },
                  { name: 'CURL_CA_BUNDLE' },
                  { name: 'GIT_SSL_CAINFO' },
                  { name: 'AWS_CA_BUNDLE' },
                  { name: 'PIP_CERT' },
                  { name: 'CARGO_HTTP_CAINFO' },
                  { name: 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH' },
                ],
                volumeMounts: [{ name: 'cloister-ca' }, { name: 'tmp' }, { name: 'run' }],
              },
            ],
          },
        },
      },
    });
    expect(error).toContain(
      'filled in: container "agent": spec.template.spec.containers[0].resources.limits.memory was set to 2Gi',
    );
    const reviewed = await reviewAsJson(['-f', '-'], out);
    expect(reviewed).toMatchObject({ code: 0, entries: [{ kind: 'Deployment', allowed: true }] });
    const again = await runCommand(['harden', '-f', '-', '--role', 'data-analyst'], { stdin: out });
    expect(again).toMatchObject({ code: 0, out });
  });

  test('does not change a compliant pod', async () => {
    const aliases = '  hostAliases: [{ip: 10.96.0.50, hostnames: [cloister-gateway]}]\n';
    const sample = `${readFileSync(`${SAMPLES}/workloads/compliant-pod.yaml`, 'utf8')}${aliases}`;
    const folder = writeFiles({ 'tenant.yaml': TENANT_WITH_STATUS, 'workload.yaml': sample });
    const flags = ['-f', ROLE, '-f', folder, '--role', 'data-analyst'];
    const { code, out } = await runCommand(['harden', ...flags]);
    expect(code).toBe(0);
    expect(objectsOf(out).at(-1)).toEqual(objectsOf(sample)[0]);
    expect(await runCommand(['harden', ...flags, '--diff'])).toMatchObject({ code: 0, out: '', error: '' });
  });

  test('prints only the change with --diff', async () => {
    const file = `${SAMPLES}/refused/host-network.yaml`;
    const flags = ['-f', ROLE, '-f', file, '--role', 'data-analyst'];
    const { out } = await runCommand(['harden', ...flags, '--diff']);
    expect(out.split('\n').filter((line) => /^[-+]/.test(line))).toEqual([
      `--- ${file}`,
      `+++ ${file} (hardened)`,
      '-  hostNetwork: true',
    ]);
  });

  test.for([
    ['unpinned-image', 'spec.containers[0].image'],
    ['host-path', 'spec.volumes[1].hostPath'],
    ['secret-in-environment', 'spec.containers[0].env'],
    ['privileged', 'spec.containers[0].securityContext.privileged'],
    ['too-much-memory', 'spec.containers[0].resources.limits.memory'],
    ['no-start-gate', '--start-gate-image'],
  ] as const)('leaves %s to its author, and says so', async ([name, message]) => {
    const flags = ['-f', ROLE, '-f', `${SAMPLES}/refused/${name}.yaml`, '--role', 'data-analyst'];
    const { code, error } = await runCommand(['harden', ...flags]);
    expect(code).toBe(1);
    expect(error).toContain(`Pod acme-agents/${name}`);
    expect(error).toContain(message);
  });

  test('says that the addresses of the gateway are not known', async () => {
    const { code, error } = await runCommand(
      ['harden', '-f', ROLE, '-f', '-', '--role', 'data-analyst', '--start-gate-image', GATE],
      { stdin: BARE },
    );
    expect(code).toBe(1);
    expect(error).toContain('to decide: gateway: spec.template.spec.hostAliases is not set');
  });

  test('says every change and every obstacle, with fields of the file that was read', async () => {
    const stdin = `apiVersion: v1
kind: Pod
metadata: {name: hermes, namespace: acme-agents}
spec:
  serviceAccountName: hermes
  initContainers:
  - name: prepare
    image: ghcr.io/acme/hermes@sha256:${'ab'.repeat(32)}
    command: [sh, -c, chown -R 1001 /data]
    securityContext: {runAsUser: 0}
    volumeMounts: [{name: scratch, mountPath: /tmp}]
  containers:
  - name: agent
    image: ghcr.io/acme/hermes:latest
    env:
    - {name: HTTPS_PROXY, value: 'http://user:hunter2@proxy.corp.example.com:8080'}
    volumeMounts: [{name: scratch, mountPath: /tmp}]
  volumes: [{name: scratch, emptyDir: {}}]
`;
    const flags = ['-f', ROLE, '-f', '-', '--role', 'data-analyst', '--start-gate-image', GATE];
    const { code, error } = await runCommand(['harden', ...flags], { stdin });
    expect(code).toBe(1);
    for (const line of [
      'to decide: run-as-user: container "prepare": spec.initContainers[0].command is a command with "chown"',
      'to decide: gateway: container "agent", env "HTTPS_PROXY": spec.containers[0].env[0].value is another proxy',
      'to decide: image-policy: container "agent": spec.containers[0].image is "ghcr.io/acme/hermes:latest"',
      'changed: container "prepare": spec.initContainers[0].securityContext.runAsUser from 0 to not set',
      'changed: spec.initContainers[name="start-gate"] from not set to {"name":"start-gate"',
      'filled in: spec.volumes[0].emptyDir.sizeLimit was set to 100Mi',
      'filled in: container "prepare": spec.initContainers[0].resources.limits.memory was set to 2Gi',
    ])
      expect(error).toContain(line);
    expect(error).not.toContain('hunter2');
  });

  test('changes nothing without a line', async () => {
    const { out, error } = await runCommand(['harden', '-f', ROLE, '-f', '-', '--role', 'data-analyst'], {
      stdin: BARE,
    });
    const pod = (text: string) => objectsOf(text).find(({ kind }) => kind === 'Deployment');
    const lines = error
      .split('\n')
      .flatMap((line) => /(?:changed|filled in): (?:.*?: )?(spec\S+)/.exec(line)?.[1] ?? []);
    const differences = findDifferences(pod(BARE), pod(out)).map(({ field }) => field);
    for (const field of differences) {
      expect(
        lines.some((line) => field.startsWith(line) || line.startsWith(field)),
        field,
      ).toBe(true);
    }
    expect(differences.length).toBeGreaterThan(10);
  });

  test.for([
    ['no such role', ['-f', ROLE, '--role', 'ghost'], 'no valid AgentRole "ghost"'],
    ['a gate without a digest', ['-f', ROLE, '--role', 'x', '--start-gate-image', 'a:1'], 'by digest'],
    ['a broken document', ['-f', ROLE, '-f', '-', '--role', 'data-analyst'], '-:1: cannot be hardened'],
  ] as const)('%s is unusable input', async ([, flags, message]) => {
    const { code, error } = await runCommand(['harden', ...flags], { stdin: 'a: b: c' });
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});
