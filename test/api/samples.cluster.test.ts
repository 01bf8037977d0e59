import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/api/kinds.ts';
import { customResourceDefinition } from '../../src/api/structural/custom-resource-definition.ts';
import { minimalAgentApproval } from '../build/agent-approval.ts';
import { minimalAgentQuarantine } from '../build/agent-quarantine.ts';
import { minimalAgentRole } from '../build/agent-role.ts';
import { minimalAgentSandbox } from '../build/agent-sandbox.ts';
import { changedObject } from '../build/changed-object.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { fullAgentRole } from './bad-objects/role-objects.ts';

interface Sample {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

const folder = join(import.meta.dirname, '../../manifests/samples');
const samples = readdirSync(folder)
  .filter((file) => /^(role|tenant|sandbox|approval|quarantine)-.*\.yaml$/.test(file))
  .map((file) => ({ file, object: load(readFileSync(join(folder, file), 'utf8')) as Sample }));

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  await controlPlane.apply(kinds.map(customResourceDefinition));
  namespace = await controlPlane.createNamespace('samples');
});

const inOwnNamespace = (object: object): object =>
  changedObject(
    object,
    'namespace' in (object as Sample).metadata ? { '/metadata/namespace': namespace } : {},
  );

const applyStrictly = async (object: object, ...flags: string[]) =>
  controlPlane.kubectl(['apply', '--server-side', '--validate=strict', ...flags, '-f', '-'], {
    input: JSON.stringify(inOwnNamespace(object)),
  });

describe('the API server accepts', () => {
  test.for(samples)('the sample $file', async ({ object }) => {
    expect(await applyStrictly(object, '--dry-run=server')).toMatchObject({ code: 0, stderr: '' });
  });

  test.for([
    { name: 'role', object: minimalAgentRole },
    { name: 'role that uses everything', object: fullAgentRole },
    { name: 'sandbox', object: minimalAgentSandbox },
    { name: 'tenant', object: minimalTenantIsolation },
    { name: 'approval', object: minimalAgentApproval },
    { name: 'quarantine', object: minimalAgentQuarantine },
  ])('the least that makes a $name', async ({ object }) => {
    expect(await applyStrictly(object, '--dry-run=server')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what the API server stores', () => {
  test.for(samples)(
    'is what the schema of $file makes of it, and a second apply writes nothing',
    async ({ object }) => {
      const definition = kinds.find(({ kind }) => kind === object.kind);
      const name = `stored-${object.metadata.name}`;
      const sample = changedObject(object, { '/metadata/name': name });
      expect(await applyStrictly(sample)).toMatchObject({ code: 0, stderr: '' });
      const read = async () => {
        const { stdout } = await controlPlane.kubectl([
          'get',
          object.kind,
          name,
          '-n',
          namespace,
          '-o',
          'json',
        ]);
        return JSON.parse(stdout) as { spec: unknown; metadata: { resourceVersion: string } };
      };
      const stored = await read();
      const parsed = definition?.schema.parse(inOwnNamespace(sample)) as { spec: unknown };
      expect(stored.spec).toEqual(JSON.parse(JSON.stringify(parsed.spec)));
      await applyStrictly(sample);
      expect((await read()).metadata.resourceVersion).toBe(stored.metadata.resourceVersion);
    },
  );
});
