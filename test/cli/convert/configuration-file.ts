import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeSettings, type SettingFlags } from '../../../src/cli/convert/settings.ts';
import { type Conversion, convertConfiguration } from '../../../src/cli/convert/convert-configuration.ts';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';

/** The chapter's complete configuration. */
export const CONFIGURATION_FILE = join(import.meta.dirname, 'hermes-agent-production.yaml');

type Written = Readonly<Record<string, unknown>>;

/** Reads the one document of a configuration. */
export function readConfiguration(text: string): Written {
  const [document] = [...readDocuments(text, { file: 'configuration.yaml' })];
  if (document === undefined || 'error' in document) throw new Error(document?.error ?? 'nothing to read');
  return document.object;
}

/** Returns the chapter's configuration, read anew. */
export function chapterConfiguration(): Written {
  return readConfiguration(readFileSync(CONFIGURATION_FILE, 'utf8'));
}

/** Converts a configuration that something can be made of. */
export function convertTo(document: Written, flags: SettingFlags = {}): Conversion {
  const conversion = convertConfiguration(document, completeSettings(flags));
  if ('error' in conversion) throw new Error(conversion.error);
  return conversion;
}
