import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Conversion, convertDocuments } from '../../../src/cli/convert/convert-documents.ts';
import { completeSettings, type SettingFlags } from '../../../src/cli/convert/settings.ts';
import { isRecord } from '../../../src/lib/is-record.ts';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';

/** The chapter's complete configuration. */
export const CONFIGURATION_FILE = join(import.meta.dirname, 'hermes-agent-production.yaml');

/** The container that the chapter runs it in. */
export const COMPOSE_FILE = join(import.meta.dirname, 'docker-compose.yml');

type Written = Readonly<Record<string, unknown>>;

/** Reads the one document of a file. */
export function readOne(file: string): Written {
  const [document] = [...readDocuments(readFileSync(file, 'utf8'), { file })];
  if (document === undefined || 'error' in document) throw new Error(document?.error ?? 'nothing to read');
  return document.object;
}

/** What the roles of the samples need beside the files of the chapter. */
export const SAMPLE_FLAGS: SettingFlags = {
  tenant: 'acme',
  image: ['ghcr.io/acme/*'],
  model: ['gpt-4o'],
  approvers: 'sre',
};

/** Converts documents that something can be made of. */
export function convertTo(
  configuration: Written,
  { compose = null, flags = {} }: { readonly compose?: Written | null; readonly flags?: SettingFlags } = {},
): Conversion {
  const conversion = convertDocuments({ configuration, compose }, completeSettings(flags));
  if ('error' in conversion) throw new Error(conversion.error);
  return conversion;
}

/** The leaves of a document as JSON Pointers, found in another way than the program finds them. */
export function leafPointers(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item, index) => leafPointers(item).map((path) => `/${index}${path}`));
  }
  if (isRecord(value) && Object.keys(value).length > 0) {
    return Object.keys(value).flatMap((name) => leafPointers(value[name]).map((path) => `/${name}${path}`));
  }
  return [''];
}
