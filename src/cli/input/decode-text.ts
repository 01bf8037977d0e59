import { isUtf8 } from 'node:buffer';

/** The text of a manifest, or a sentence that says why the bytes are none. */
export type DecodedText = { readonly text: string } | { readonly error: string };

/** Decodes UTF-8 strictly: a replaced byte could change what a manifest means. */
export function decodeText(bytes: Buffer): DecodedText {
  if (bytes.length === 0) return { error: 'is empty: write a manifest into it or leave it out' };
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return { error: 'is UTF-16: save it as UTF-8' };
  const nul = bytes.indexOf(0);
  if (nul !== -1) return { error: `is binary, with a NUL byte at offset ${nul}: give a YAML or JSON file` };
  if (!isUtf8(bytes)) return { error: 'is not valid UTF-8: save it as UTF-8' };
  return { text: bytes.toString('utf8') };
}
