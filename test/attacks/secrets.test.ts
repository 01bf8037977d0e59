import { describe, expect, test } from 'vitest';
import { buildPod } from '../build/pod.ts';
import { violationsOfPod } from '../build/violations-of-pod.ts';
import { refusedBy } from './refused-by.ts';

// Put together here, so that no scanner takes this file for a leak.
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const AGENT = '/spec/containers/0';
const OWN = {
  name: 'CLOISTER_PROXY_SECRET',
  valueFrom: { secretKeyRef: { name: 'cloister-proxy-r-data-analyst', key: 'secret' } },
};
const from = (name: string, key: string) => ({ valueFrom: { secretKeyRef: { name, key } } });

describe('a secret that is to reach the agent', () => {
  test.for<readonly [string, Readonly<Record<string, unknown>>]>([
    ['the proxy secret under a second name', { [`${AGENT}/env/2`]: { ...OWN, name: 'COPY' } }],
    [
      'another key of it',
      { [`${AGENT}/env/0`]: { ...OWN, ...from('cloister-proxy-r-data-analyst', 'token') } },
    ],
    [
      'a Secret that ends like it',
      { [`${AGENT}/env/0`]: { ...OWN, ...from('x-cloister-proxy-r-a', 'secret') } },
    ],
    [
      'a Secret of its name in capitals',
      { [`${AGENT}/env/0`]: { ...OWN, ...from('Cloister-proxy-r-a', 'secret') } },
    ],
    [
      'a second variable of its name that is another secret',
      { [`${AGENT}/env/2`]: { ...OWN, ...from('vendor', 'secret') } },
    ],
    [
      'all of it by envFrom',
      { [`${AGENT}/envFrom`]: [{ secretRef: { name: 'cloister-proxy-r-data-analyst' } }] },
    ],
    [
      'an optional one, which may come later',
      {
        [`${AGENT}/env/2`]: {
          name: 'X',
          valueFrom: { secretKeyRef: { name: 'later', key: 'a', optional: true } },
        },
      },
    ],
    [
      'KEP-3721, a file of a volume that is no emptyDir',
      {
        '/spec/volumes/1': { name: 'x', configMap: { name: 'x' } },
        [`${AGENT}/env/2`]: {
          name: 'X',
          valueFrom: { fileKeyRef: { volumeName: 'x', path: 'a', key: 'b' } },
        },
      },
    ],
    [
      'KEP-3721, a file of a volume that is not there',
      {
        [`${AGENT}/env/2`]: {
          name: 'X',
          valueFrom: { fileKeyRef: { volumeName: 'y', path: 'a', key: 'b' } },
        },
      },
    ],
    [
      'a literal in a URL between references',
      { [`${AGENT}/env/2`]: { name: 'X', value: `https://x:${TOKEN}@$(HOST)/$(PATH)` } },
    ],
    ['a literal behind line breaks', { [`${AGENT}/args`]: [`\n\n  ${TOKEN}\n`] }],
    [
      'a literal in a command of a probe',
      { [`${AGENT}/livenessProbe`]: { exec: { command: ['curl', '-H', TOKEN] } } },
    ],
    [
      'a literal in a hook that starts the agent',
      { [`${AGENT}/lifecycle`]: { postStart: { exec: { command: ['sh', '-c', `T=${TOKEN} agent`] } } } },
    ],
    [
      'a literal in a header of a probe',
      { [`${AGENT}/startupProbe`]: { httpGet: { port: 80, httpHeaders: [{ name: 'X', value: TOKEN }] } } },
    ],
  ])('%s is refused', ([, changes]) => {
    expect(refusedBy(changes)).toEqual(['environment-secrets']);
  });

  test('no message repeats it', () => {
    const pod = buildPod(({ spec }) => {
      spec.containers[0].env = [{ name: 'X', value: TOKEN }];
      spec.containers[0].command = [TOKEN];
      spec.containers[0].lifecycle = { postStart: { exec: { command: [TOKEN] } } };
    });
    const violations = violationsOfPod(pod);
    expect(violations).toHaveLength(3);
    expect(JSON.stringify(violations)).not.toContain(TOKEN.slice(0, 12));
  });
});
