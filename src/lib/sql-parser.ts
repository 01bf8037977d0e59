import { loadModule, parseSync, type ParseResult } from 'libpg-query';

/** What PostgreSQL's parser makes of a text: its tree, or why there is none. */
export type ParsedSql = { readonly tree: ParseResult } | { readonly problem: string };

/** PostgreSQL's own parser. It never throws. */
export interface SqlParser {
  parse(text: string): ParsedSql;
}

/** Loads the parser. Once in a program: it takes some tens of milliseconds. */
export async function loadSqlParser(): Promise<SqlParser> {
  await loadModule();
  return {
    parse(text) {
      try {
        return { tree: parseSync(text) };
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
