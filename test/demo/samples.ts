import { readFileSync } from 'node:fs';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';

/** The objects of a file below `manifests/samples`. */
export function readSample(file: string): readonly Record<string, unknown>[] {
  const text = readFileSync(new URL(`../../manifests/samples/${file}`, import.meta.url), 'utf8');
  return [...readDocuments(text, { file })].map((document) => {
    if ('error' in document) throw new Error(`manifests/samples/${file}: ${document.error}`);
    return document.object;
  });
}

/** The one object of such a file. */
export function readSampleObject(file: string): Record<string, unknown> {
  const [object] = readSample(file);
  if (object === undefined) throw new Error(`manifests/samples/${file} holds no object`);
  return object;
}

/** The role `data-analyst` without its tool for SQL and the login of that, for where no database is. */
export function roleWithoutDatabase(): object {
  const role = readSampleObject('role-data-analyst.yaml') as {
    spec: { tools: readonly { executor: string }[]; credentials: readonly { databaseLogin?: object }[] };
  };
  const { spec } = role;
  const tools = spec.tools.filter(({ executor }) => executor !== 'SQL');
  const credentials = spec.credentials.filter(({ databaseLogin }) => databaseLogin === undefined);
  return { ...role, spec: { ...spec, tools, credentials } };
}
