import { readFile } from 'node:fs/promises';
import { AUDIT_HEADS } from '../../api/names.ts';
import { type EpochRegistry, parseRegistry } from '../../audit/epoch-registry.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { isRecord } from '../../lib/is-record.ts';
import { readDocuments } from '../../lib/yaml/read-documents.ts';

/** Reads the epochs that the operator registered: the ConfigMap as kubectl prints it, or the value of its key. */
export async function readEpochs(path: string): Promise<EpochRegistry> {
  const text = await readFile(path, 'utf8');
  try {
    return parseRegistry(registryIn(text, path));
  } catch (error) {
    const expected = `the ConfigMap ${AUDIT_HEADS.configMap} with the epochs of a tenant nor its ${AUDIT_HEADS.key}`;
    throw new Error(`${path} is neither ${expected}: ${errorMessage(error)}`, { cause: error });
  }
}

function registryIn(text: string, file: string): string {
  for (const document of readDocuments(text, { file })) {
    if (!('object' in document)) continue;
    const { kind, data } = document.object as { readonly kind?: unknown; readonly data?: unknown };
    const value = isRecord(data) ? data[AUDIT_HEADS.key] : undefined;
    if (typeof value === 'string') return value;
    if (kind === 'ConfigMap') throw new Error(`the ConfigMap has no key ${AUDIT_HEADS.key}`);
  }
  return text;
}
