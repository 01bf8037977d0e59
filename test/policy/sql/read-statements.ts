import { readFileSync } from 'node:fs';

const COMMENT_ONLY = /^(--[^\n]*\n?)+$/;
const NAMED = /^-- ([^\n]+)\n([^]+)$/;

/** The statements of a file of `statements/`: one a paragraph, without the comment at its head. */
export function readStatements(name: string): readonly string[] {
  return readFileSync(fileOf(name), 'utf8')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '' && !COMMENT_ONLY.test(paragraph));
}

/** The statements of a file in which each stands below a comment that names it. */
export function readNamedStatements(name: string): readonly (readonly [string, string])[] {
  return readStatements(name).map((paragraph) => {
    const [, title, statement] = NAMED.exec(paragraph) ?? [];
    if (title === undefined || statement === undefined) throw new Error(`no name above ${paragraph}`);
    return [title, statement] as const;
  });
}

/** The tables that the statements are about, as SQL that makes them. */
export function readSchema(): string {
  return readFileSync(fileOf('schema'), 'utf8');
}

function fileOf(name: string): URL {
  return new URL(`statements/${name}.sql`, import.meta.url);
}
