import { isRecord } from '../../lib/is-record.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import type { Problem } from '../../policy/pod/decode-object.ts';
import { adviseQuotes } from '../../policy/pod/describe-wrong-type.ts';
import type { FieldPath } from '../../policy/pod/field-path.ts';

/**
 * Says in one text why the API server rejects a manifest, with the line of each fault that is not on the line of the
 * first. `more` is the number of faults beyond those given.
 */
export function describeProblems(
  manifest: ManifestDocument,
  { problems, more }: { readonly problems: readonly Problem[]; readonly more: number },
): { readonly error: string; readonly line: number } {
  const places = manifest.locate?.(problems.map(({ path }) => path)) ?? [];
  const line = Math.min(...places.map((place) => place.line), Number.MAX_SAFE_INTEGER);
  const sentences = problems.map(({ path, message, needsQuotes }, index) => {
    const place = places[index];
    const advice =
      needsQuotes === true ? `. ${adviseQuotes(valueAt(manifest.object, path), place?.written ?? null)}` : '';
    return `${place === undefined || place.line === line ? '' : `line ${place.line}: `}${message}${advice}`;
  });
  if (more > 0) sentences.push(`${more} more ${more === 1 ? 'field is' : 'fields are'} wrong`);
  return { error: joinSentences(sentences), line: places.length === 0 ? manifest.line : line };
}

function joinSentences(sentences: readonly string[]): string {
  return sentences.reduce((text, one) => `${text}${text.endsWith('?') ? '' : '.'} ${one}`);
}

function valueAt(object: unknown, path: FieldPath): unknown {
  let at = object;
  for (const step of path) {
    if (Array.isArray(at)) at = at[Number(step)];
    else at = isRecord(at) ? at[step] : undefined;
  }
  return at;
}
