import { beforeAll, expect, test } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import { customResourceDefinition } from '../../src/api/structural/custom-resource-definition.ts';
import { changedObject } from '../build/changed-object.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { fullAgentRole, openai, webSearch } from './bad-objects/role-objects.ts';
import { createObjectWriter } from './write-object.ts';

const controlPlane = useControlPlane();

beforeAll(async () => {
  await controlPlane.apply(kinds.map(customResourceDefinition));
});

const counted = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

const hosts = (count: number, tool: number): string[] =>
  counted(count, (index) => `h${index}.t${tool}.a-rather-long-name-of-a-host.example.com`);

/** A role with as many tools, hosts and upstreams as given, none of which is brokered and open at once. */
const largeRole = (tools: number, hostsOfTool: number, upstreams: number) =>
  changedObject(fullAgentRole, {
    '/metadata/name': 'large',
    '/spec/tools': counted(tools, (tool) => ({
      ...webSearch,
      name: `search_${tool}`,
      domains: [{ argument: '/url', allow: hosts(hostsOfTool, tool), deny: [] }],
    })),
    '/spec/upstreams': counted(upstreams, (index) => ({
      ...openai,
      name: `vendor-${index}`,
      baseURL: `https://api.vendor-${index}.example/v1`,
    })),
    '/spec/network/allow': counted(128, (index) => ({ host: `n${index}.example.org` })),
  });

test.for([
  { tools: 128, hostsOfTool: 8, upstreams: 32 },
  { tools: 128, hostsOfTool: 32, upstreams: 8 },
  { tools: 32, hostsOfTool: 32, upstreams: 32 },
])(
  'a role of $tools tools with $hostsOfTool hosts each and $upstreams upstreams stays within the cost that the API server allows',
  async ({ tools, hostsOfTool, upstreams }) => {
    const writer = createObjectWriter(controlPlane);
    expect(await writer.create(largeRole(tools, hostsOfTool, upstreams))).toEqual({
      status: 201,
      message: '',
    });
    await writer.close();
  },
);

test('a role at every maximum is refused rather than waved through when its rules cost too much', async () => {
  const writer = createObjectWriter(controlPlane);
  const { status, message } = await writer.create(
    changedObject(largeRole(128, 32, 32), { '/spec/network/allow/5/host': 'api.vendor-3.example' }),
  );
  expect(status).toBe(422);
  expect(message).toMatch(/must not contain a host of spec.upstreams|budget/);
  await writer.close();
});
