import { readFileSync } from 'node:fs';

const COMMENT_ONLY = /^(--[^\n]*\n?)+$/;

/** The statements of a file of `statements/`: one a paragraph, without the comment at its head. */
export function readStatements(name: string): readonly string[] {
  const text = readFileSync(new URL(`statements/${name}.sql`, import.meta.url), 'utf8');
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '' && !COMMENT_ONLY.test(paragraph));
}
