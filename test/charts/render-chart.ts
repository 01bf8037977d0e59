import { expect } from 'vitest';
import { SYSTEM_NAMESPACE } from '../../src/api/names.ts';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';
import { CHART, type Helm } from '../testbed/helm.ts';
import type { CommandResult } from '../testbed/run-command.ts';

/** An object that the chart renders. */
export type Manifest = Record<string, unknown> & {
  kind: string;
  metadata: { name: string; namespace?: string };
};

/** Runs `helm template` with these values. */
export function templateChart(helm: Helm, settings: readonly string[]): Promise<CommandResult> {
  const flags = settings.flatMap((setting) => ['--set', setting]);
  return helm.run(['template', 'cloister', CHART, '-n', SYSTEM_NAMESPACE, ...flags]);
}

/** The objects of the chart with these values, of which Helm must have nothing to say. */
export async function renderChart(helm: Helm, settings: readonly string[]): Promise<Manifest[]> {
  const { code, stdout, stderr } = await templateChart(helm, settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return [...readDocuments(stdout, { file: 'chart' })].map((document) => {
    if ('error' in document) throw new Error(document.error);
    return document.object as Manifest;
  });
}
