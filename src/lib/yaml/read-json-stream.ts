import type { Positions } from './construct-value.ts';
import { documentsOfValue } from './documents-of-value.ts';
import { LineCounter } from './line-counter.ts';
import { locateInJson } from './locate-value.ts';
import type { ManifestDocument, UnreadableDocument } from './manifest-document.ts';
import { JsonSyntaxFault, type ParsedJson, parseJsonValue } from './parse-json-value.ts';
import { YamlFault } from './yaml-fault.ts';

/** Where a JSON stream ended: the rest of the text, if any, is YAML. */
export interface JsonStreamEnd {
  readonly documents: number;
  readonly offset: number;
  readonly line: number;
}

/** Whether kubectl tries a text as JSON first. */
export function startsLikeJson(text: string): boolean {
  return /^[ \t\r\n]*\{/.test(text);
}

/**
 * Reads JSON objects that follow one another. Where the text stops being JSON behind none or one of them the rest is
 * YAML, as for kubectl; any other fault is reported and the rest begins at the next `---`.
 */
export function* readJsonStream(
  text: string,
  file: string,
): Generator<ManifestDocument | UnreadableDocument, JsonStreamEnd> {
  const lines = new LineCounter(text, 1);
  let documents = 0;
  let offset = 0;
  while (hasMore(text, offset)) {
    const positions: Positions = new Map();
    const parsed = parse(text, offset, positions);
    if (parsed instanceof YamlFault) {
      if (documents <= 1 && parsed instanceof JsonSyntaxFault) break;
      yield { file, document: documents, line: lines.lineAt(parsed.offset), error: parsed.message };
      const separator = text.indexOf('\n---', offset);
      documents += 1;
      offset = separator === -1 ? text.length : separator + 1;
      break;
    }
    offset = parsed.end;
    if (parsed.value === null) continue;
    yield* documentsOfValue(parsed.value, {
      file,
      document: documents,
      start: parsed.start,
      lines,
      positions,
      locate: locateInJson(text),
    });
    documents += 1;
  }
  return { documents, offset, line: lines.lineAt(offset) };
}

function parse(text: string, offset: number, positions: Positions): ParsedJson | YamlFault {
  try {
    return parseJsonValue(text, offset, positions);
  } catch (error) {
    if (error instanceof YamlFault) return error;
    throw error;
  }
}

function hasMore(text: string, offset: number): boolean {
  const content = /[^ \t\r\n]/g;
  content.lastIndex = offset;
  return content.test(text);
}
