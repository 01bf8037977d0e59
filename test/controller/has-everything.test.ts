import { expect, test } from 'vitest';
import { hasEverything } from '../../src/controller/has-everything.ts';

interface Case {
  readonly name: string;
  readonly live: object;
  readonly wanted: object;
  readonly has: boolean;
  readonly exact?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'labels of others beside ours are no difference',
    live: { metadata: { labels: { a: '1', theirs: 'x' }, uid: 'u' } },
    wanted: { metadata: { labels: { a: '1' } } },
    has: true,
  },
  {
    name: 'a label with another value is one',
    live: { metadata: { labels: { a: '2' } } },
    wanted: { metadata: { labels: { a: '1' } } },
    has: false,
  },
  {
    name: 'a member that is missing is one',
    live: { spec: {} },
    wanted: { spec: { replicas: 2 } },
    has: false,
  },
  {
    name: 'a wanted member without a value asks for nothing',
    live: { spec: {} },
    wanted: { spec: { replicas: undefined } },
    has: true,
  },
  {
    name: 'an empty list is what the API server leaves out',
    live: { spec: {} },
    wanted: { spec: { ingress: [] } },
    has: true,
  },
  {
    name: 'an empty list is not one with an item, which allows everything in a NetworkPolicy',
    live: { spec: { egress: [{}] } },
    wanted: { spec: { egress: [] } },
    has: false,
  },
  {
    name: 'an item more is a difference',
    live: { items: [{ a: 1 }, { a: 2 }] },
    wanted: { items: [{ a: 1 }] },
    has: false,
  },
  {
    name: 'a member more in an item is a default of the API server',
    live: { items: [{ a: 1, protocol: 'TCP' }] },
    wanted: { items: [{ a: 1 }] },
    has: true,
  },
  {
    name: 'a member more is a difference in a field that must be exact',
    live: { spec: { egress: [{ to: [{ podSelector: {}, namespaceSelector: {} }] }] } },
    wanted: { spec: { egress: [{ to: [{ podSelector: {} }] }] } },
    exact: ['spec'],
    has: false,
  },
  {
    name: 'limits are compared by value',
    live: { resources: { limits: { cpu: '1', memory: '1Gi' } } },
    wanted: { resources: { limits: { cpu: '1000m', memory: '1024Mi' } } },
    has: true,
  },
  {
    name: 'limits that differ are a difference',
    live: { resources: { limits: { cpu: '2' } } },
    wanted: { resources: { limits: { cpu: '1000m' } } },
    has: false,
  },
  {
    name: 'an entry more in a quota is a difference, because it limits as well',
    live: { spec: { hard: { pods: '1', 'requests.cpu': '1' } } },
    wanted: { spec: { hard: { 'requests.cpu': '1000m' } } },
    has: false,
  },
  {
    name: 'a size limit is compared by value',
    live: { emptyDir: { sizeLimit: '1Gi' } },
    wanted: { emptyDir: { sizeLimit: '1024Mi' } },
    has: true,
  },
  {
    name: 'a text that reads as a quantity is compared as it stands',
    live: { data: { port: '1' } },
    wanted: { data: { port: '1000m' } },
    has: false,
  },
];

test.for(CASES)('$name', ({ live, wanted, has, exact }) => {
  expect(hasEverything(live, wanted, exact)).toBe(has);
});
