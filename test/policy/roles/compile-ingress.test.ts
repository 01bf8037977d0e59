import { describe, expect, test } from 'vitest';
import { compileIngress } from '../../../src/policy/roles/compile-ingress.ts';

const app = { matchLabels: { app: 'front' } };
const team = { matchLabels: { team: 'acme' } };

describe('who may call an agent', () => {
  test('is whom the role names, by port', () => {
    const from = [
      { podSelector: app },
      { namespaceSelector: team },
      { namespaceSelector: team, podSelector: app },
    ];
    expect(compileIngress([{ port: 8080, from }])).toEqual(new Map([[8080, from]]));
  });

  test.for<[string, Parameters<typeof compileIngress>[0]]>([
    ['no port', [{ from: [{ podSelector: app }] }]],
    ['no peers', [{ port: 8080, from: [] }]],
    ['a peer without selectors', [{ port: 8080, from: [{}] }]],
    ['a selector that has lost its labels', [{ port: 8080, from: [{ podSelector: {} }] }]],
    ['an empty selector', [{ port: 8080, from: [{ podSelector: { matchLabels: {} } }] }]],
    [
      'an empty selector beside another',
      [{ port: 8080, from: [{ namespaceSelector: { matchLabels: {} }, podSelector: app }] }],
    ],
  ])('is nobody where the rule has %s', ([, ingress]) => {
    expect(compileIngress(ingress)).toEqual(new Map());
  });
});
