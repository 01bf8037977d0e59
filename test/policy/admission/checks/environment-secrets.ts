import { environments } from '../../../../src/api/agent-role/upstream.ts';
import { sdkEnvironments } from '../../../../src/policy/upstreams/sdk-environment.ts';
import { buildEphemeralContainer } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import { CREDENTIAL_LITERALS, HARMLESS_LITERALS, withValues } from './credential-literals.ts';
import { OTHER_IDENTITIES, OWN_SANDBOX } from './proxy-identities.ts';
import type { CheckFixtures } from './fixture.ts';

// Put together here, so that no scanner takes this file for a leak.
const GITHUB_TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const VENDOR_KEY = `sk-proj-${'Ab3'.repeat(10)}`;
// The middle of a JSON Web Token, of 13 characters: the policy passes over what is shorter.
const SHORTEST_TOKEN = ['a.eyJ', '12345678'].join('');

const COPY = 'kubectl.kubernetes.io/last-applied-configuration';

const LISTING = { role: buildRolePolicy({ annotations: ['note', 'example.com/'] }) };

export const environmentSecretsFixtures: CheckFixtures = {
  check: 'environment-secrets',
  pass: [
    {
      name: 'ordinary variables, fields of the pod and a ConfigMap',
      tweak: ({ spec }) => {
        spec.containers[0].env?.push(
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'MODEL', value: 'risk-assessment-of-the-thing' },
          { name: 'EMPTY', value: '' },
          { name: 'PLAIN_URL', value: 'https://example.com:8443/a@b' },
        );
        spec.containers[0].envFrom = [{ configMapRef: { name: 'settings' } } as object];
      },
    },
    {
      name: 'the variables by which SDKs call the upstreams of a role',
      tweak: ({ spec }) => {
        const upstreams = environments.map((environment) => ({
          name: environment.toLowerCase(),
          environment,
        }));
        for (const { targets, settings } of sdkEnvironments({ upstreams })) {
          spec.containers[0].env?.push(...targets, ...settings);
        }
      },
    },
    {
      name: 'a variable read from a file that another container wrote into an emptyDir',
      tweak: ({ spec }) => {
        spec.containers[0].env?.push({
          name: 'SETTING',
          valueFrom: { fileKeyRef: { volumeName: 'tmp', path: 'settings.env', key: 'SETTING' } },
        });
      },
    },
    OWN_SANDBOX,
    {
      name: 'ordinary metadata, and a copy of the manifest in it',
      tweak: (pod) => {
        pod.metadata.labels['app.kubernetes.io/version'] = 'v1.2.3-a1b2c3d4e5f6a7b8c9d0';
        pod.metadata.annotations = { note: 'https://example.com:8443/a@b', [COPY]: JSON.stringify(pod.spec) };
      },
      context: LISTING,
    },
    ...HARMLESS_LITERALS,
  ],
  fail: [
    {
      name: 'a key of a Secret',
      tweak: ({ spec }) => {
        spec.containers[0].env?.push({
          name: 'API_KEY',
          valueFrom: { secretKeyRef: { name: 'vendor', key: 'api-key' } },
        });
      },
      fields: ['spec.containers[0].env[2].valueFrom.secretKeyRef'],
      found: ['{"name":"vendor","key":"api-key"}'],
    },
    {
      name: 'the proxy secret under another name, from another key, or from a Secret of another name',
      tweak: ({ spec }) => {
        spec.containers[0].env = [
          { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'cloister-proxy-r-a', key: 'secret' } } },
          {
            name: 'CLOISTER_PROXY_SECRET',
            valueFrom: { secretKeyRef: { name: 'cloister-proxy-r-a', key: 'tls.key' } },
          },
          {
            name: 'CLOISTER_PROXY_SECRET',
            valueFrom: { secretKeyRef: { name: 'my-cloister-proxy-r-a', key: 'secret' } },
          },
        ];
      },
      fields: [0, 1, 2].map((index) => `spec.containers[0].env[${index}].valueFrom.secretKeyRef`),
    },
    ...OTHER_IDENTITIES,
    {
      name: 'all keys of a Secret in an init container',
      tweak: ({ spec }) => {
        const setup = { ...spec.containers[0], name: 'setup', envFrom: [{ secretRef: { name: 'vendor' } }] };
        spec.initContainers.push(setup);
      },
      fields: ['spec.initContainers[1].envFrom[0].secretRef'],
      found: ['{"name":"vendor"}'],
    },
    {
      name: 'a token in a literal value',
      tweak: ({ spec }) => {
        spec.containers[0].env?.push({ name: 'GITHUB_TOKEN', value: GITHUB_TOKEN });
      },
      fields: ['spec.containers[0].env[2].value'],
      found: ['a text of 40 characters that contains a GitHub token (not shown)'],
    },
    {
      name: 'the shortest that is known, in a literal value and a word',
      tweak: ({ spec }) => {
        spec.containers[0].env?.push({ name: 'TOKEN', value: SHORTEST_TOKEN });
        spec.containers[0].args = [SHORTEST_TOKEN];
      },
      fields: ['spec.containers[0].env[2].value', 'spec.containers[0].args[0]'],
    },
    {
      name: 'a key in the middle of a command and of its arguments',
      tweak: ({ spec }) => {
        spec.containers[0].command = ['sh', '-c', `OPENAI_API_KEY=${VENDOR_KEY} hermes`];
        spec.containers[0].args = [`--key=${VENDOR_KEY}`];
      },
      fields: ['spec.containers[0].command[2]', 'spec.containers[0].args[0]'],
    },
    {
      name: 'a key in an annotation and in a label, which a container reads by fieldRef',
      tweak: (pod) => {
        pod.metadata.annotations = { 'example.com/key': VENDOR_KEY, 'example.com/other': 'nothing' };
        pod.metadata.labels['example.com/token'] = GITHUB_TOKEN;
        const fieldRef = { fieldPath: "metadata.annotations['example.com/key']" };
        pod.spec.containers[0].env?.push({ name: 'KEY', valueFrom: { fieldRef } as object });
      },
      context: LISTING,
      fields: ['metadata.annotations[example.com/key]', 'metadata.labels[example.com/token]'],
      found: [
        'a text of 38 characters that contains an API key of a model vendor (not shown)',
        'a text of 40 characters that contains a GitHub token (not shown)',
      ],
    },
    {
      name: 'a key in the copy of the manifest alone',
      tweak: (pod) => {
        pod.metadata.annotations = { [COPY]: JSON.stringify({ env: [{ name: 'X', value: VENDOR_KEY }] }) };
      },
      fields: [`metadata.annotations[${COPY}]`],
    },
    {
      name: 'a key, once, where the manifest is copied too',
      tweak: (pod) => {
        withValues(pod, [VENDOR_KEY]);
        pod.metadata.annotations = { [COPY]: JSON.stringify(pod.spec) };
      },
      fields: ['spec.containers[0].env[2].value'],
    },
    {
      name: 'a token in the path of a probe and of a hook',
      tweak: ({ spec }) => {
        const httpGet = { port: 8080, path: `/ready?token=${GITHUB_TOKEN}` } as object;
        spec.containers[0].livenessProbe = { httpGet };
        spec.containers[0].lifecycle = { postStart: { httpGet } };
      },
      fields: [
        'spec.containers[0].livenessProbe.httpGet.path',
        'spec.containers[0].lifecycle.postStart.httpGet.path',
      ],
    },
    {
      name: 'a key in the command of a hook and in a header of a probe',
      tweak: ({ spec }) => {
        const httpHeaders = [
          { name: 'Accept', value: '*/*' },
          { name: 'Authorization', value: VENDOR_KEY },
        ];
        const command = ['sh', '-c', `OPENAI_API_KEY=${VENDOR_KEY} hermes &`];
        const port = 8080;
        spec.containers[0].readinessProbe = { httpGet: { port, httpHeaders } as object };
        spec.containers[0].lifecycle = { postStart: { exec: { command } } };
      },
      fields: [
        'spec.containers[0].readinessProbe.httpGet.httpHeaders[1]',
        'spec.containers[0].lifecycle.postStart.exec.command[2]',
      ],
    },
    {
      name: 'a password in a URL',
      tweak: ({ spec }) => {
        spec.containers[0].env?.push({
          name: 'DATABASE_URL',
          value: 'postgres://hermes:hunter2@db.example.com/x',
        });
      },
      fields: ['spec.containers[0].env[2].value'],
      found: ['a text of 42 characters that contains a URL with a password (not shown)'],
    },
    {
      name: 'a token in an ephemeral container',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [
          buildEphemeralContainer((container) => {
            container.env = [{ name: 'TOKEN', value: GITHUB_TOKEN }];
          }),
        ];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
      fields: ['spec.ephemeralContainers[0].env[0].value'],
    },
    {
      name: 'a variable read from a file of a projected volume',
      tweak: ({ spec }) => {
        spec.volumes?.push({ name: 'mixed', projected: { sources: [{ configMap: { name: 'settings' } }] } });
        spec.containers[0].env?.push({
          name: 'SETTING',
          valueFrom: { fileKeyRef: { volumeName: 'mixed', path: 'settings.env', key: 'SETTING' } },
        });
      },
      fields: ['spec.containers[0].env[2].valueFrom.fileKeyRef'],
      invalid: 'fileKeyRef reads from an emptyDir only',
    },
    ...CREDENTIAL_LITERALS,
  ],
};
