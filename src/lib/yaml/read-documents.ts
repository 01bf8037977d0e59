import type { Positions } from './construct-value.ts';
import { documentsOfValue } from './documents-of-value.ts';
import { LineCounter } from './line-counter.ts';
import { locateInYaml } from './locate-value.ts';
import type { ManifestDocument, UnreadableDocument } from './manifest-document.ts';
import { parseLenientEvents } from './parse-lenient-events.ts';
import { parseYamlDocument } from './parse-yaml-document.ts';
import { readJsonStream, startsLikeJson } from './read-json-stream.ts';
import { type DocumentText, splitDocuments } from './split-documents.ts';
import { YamlFault } from './yaml-fault.ts';

type Documents = Generator<ManifestDocument | UnreadableDocument>;

/**
 * Reads the objects of a manifest text as kubectl does, one after another: YAML documents between `---` lines or a
 * stream of JSON objects, Lists opened. What cannot be read is an {@link UnreadableDocument} with the line of the
 * fault, and reading goes on at the next `---`. Never throws for bad input.
 */
export function* readDocuments(text: string, { file }: { readonly file: string }): Documents {
  const rest = startsLikeJson(text)
    ? yield* readJsonStream(text, file)
    : { documents: 0, offset: 0, line: 1 };
  let document = rest.documents;
  for (const piece of splitDocuments(rest.offset === 0 ? text : text.slice(rest.offset), rest.line)) {
    document += yield* readPiece(piece, file, document);
  }
}

/** Reads the text between two separators; returns how many documents it counted. */
function* readPiece(
  piece: DocumentText,
  file: string,
  document: number,
): Generator<ManifestDocument | UnreadableDocument, number> {
  const { text, line, badSeparator } = piece;
  if (badSeparator !== undefined) {
    const shown = JSON.stringify(badSeparator.slice(0, 40));
    const error = badSeparator.startsWith('#')
      ? `the comment ${shown} has a line break in it, behind which kubectl may read on: remove it`
      : `${shown} follows --- on one line, which kubectl refuses: move it to the next line`;
    yield { file, document, line: line - 1, error };
    return 1;
  }
  const source = orFault(() => parseLenientEvents(text));
  const lines = new LineCounter(source instanceof YamlFault ? text : source.text, line);
  const positions: Positions = new Map();
  const parsed = source instanceof YamlFault ? source : orFault(() => parseYamlDocument(source, positions));
  if (parsed instanceof YamlFault) {
    const error = `${parsed.message}${templateHint(source instanceof YamlFault ? text : source.text, parsed.offset)}`;
    yield { file, document, line: lines.lineAt(parsed.offset), error };
    return 1;
  }
  if (parsed === undefined) return 0;
  let documents = 0;
  if (parsed.value !== null) {
    const locate = locateInYaml(source instanceof YamlFault ? text : source.text);
    yield* documentsOfValue(parsed.value, { file, document, start: parsed.start, lines, positions, locate });
    documents += 1;
  }
  if (parsed.ignored !== undefined) {
    const error = 'kubectl ignores what follows a line of ...: separate documents with ---';
    yield { file, document: document + documents, line: lines.lineAt(parsed.ignored), error };
    documents += 1;
  }
  return documents;
}

/** Templates of Helm and its like are the most common text that is nearly YAML. */
function templateHint(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? undefined : end);
  return line.includes('{{') ? '; {{ opens a template, which has to be rendered first' : '';
}

function orFault<Result>(parse: () => Result): Result | YamlFault {
  try {
    return parse();
  } catch (error) {
    if (error instanceof YamlFault) return error;
    // The call stack is full.
    if (error instanceof RangeError) return new YamlFault('values are nested too deeply: flatten them', 0);
    throw error;
  }
}
