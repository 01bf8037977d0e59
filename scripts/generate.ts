import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apiReference, reasonReference } from './generate/api-reference.ts';
import {
  admissionPolicies,
  customResourceDefinitions,
  installManifest,
  matchConditions,
} from './generate/chart-files.ts';
import { auditSchema } from './generate/audit-schema.ts';
import { checkReference } from './generate/check-reference.ts';
import type { GeneratedFile, Generator } from './generate/generated-file.ts';
import { isolationReference } from './generate/isolation-reference.ts';
import { readWorkloadTypes } from './generate/read-workload-types.ts';
import { seccompFiles } from './generate/seccomp-files.ts';

/** Everything that is generated, one line each. */
const GENERATORS: readonly Generator[] = [
  customResourceDefinitions,
  admissionPolicies,
  matchConditions,
  seccompFiles,
  apiReference,
  checkReference,
  isolationReference,
  reasonReference,
  auditSchema,
  installManifest,
];

const ROOT = join(import.meta.dirname, '..');

const isStale = async ({ path, content }: GeneratedFile): Promise<boolean> => {
  try {
    return (await readFile(join(ROOT, path), 'utf8')) !== content;
  } catch {
    return true;
  }
};

const write = async ({ path, content }: GeneratedFile): Promise<void> => {
  await mkdir(dirname(join(ROOT, path)), { recursive: true });
  await writeFile(join(ROOT, path), content);
};

const main = async (generators: readonly Generator[], check: boolean): Promise<number> => {
  const files: GeneratedFile[] = [];
  const stale: GeneratedFile[] = [];
  // One generator after the other, each written before the next: the chart is rendered from files that others make.
  for (const generator of generators) {
    for (const file of await generator()) {
      files.push(file);
      if (!(await isStale(file))) continue;
      stale.push(file);
      if (!check) await write(file);
    }
  }
  for (const { path } of stale) {
    process.stdout.write(check ? `${path} is stale: run npm run generate\n` : `wrote ${path}\n`);
  }
  process.stdout.write(`${files.length - stale.length} of ${files.length} generated files were fresh\n`);
  return check && stale.length > 0 ? 1 : 0;
};

// The types of Kubernetes change with the version of the testbed only, and its API server must run to be asked.
const ofAPIServer: readonly Generator[] = process.argv.includes('--api-server') ? [readWorkloadTypes] : [];
process.exitCode = await main([...ofAPIServer, ...GENERATORS], process.argv.includes('--check'));
