import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ParseResult } from 'libpg-query';
import createModule, { type PgQueryModule } from 'libpg-query/wasm/libpg-query.js';
import { errorMessage } from './error-message.ts';

/** What PostgreSQL's parser makes of a text: its tree, or why there is none. */
export type ParsedSql = { readonly tree: ParseResult } | { readonly problem: string };

/** PostgreSQL's own parser. It never throws. */
export interface SqlParser {
  /** `text` has no NUL, at which the parser would stop, and no lone surrogate. */
  parse(text: string): ParsedSql;
}

const NESTED_TOO_DEEPLY = 'the statement is nested too deeply to be parsed';
const NOT_READY = 'the parser is being loaded again; send the statement again';

/** Offsets in the parser's result: the tree as JSON, then what it printed, then the error. The error begins with its message. */
const TREE_OFFSET = 0;
const ERROR_OFFSET = 8;

/**
 * Loads the parser, once in a program. A text that is nested too deeply exhausts the stack and leaves the parser's memory as
 * it was in the middle of its work, so that the next texts could be read wrongly: it is thrown away, and a spare one takes
 * its place at once. Where memory is short, run the program with `--liftoff-only`: V8's optimizing compiler takes 600 MB for
 * some seconds after the first texts.
 */
export async function loadSqlParser(): Promise<SqlParser> {
  const file = fileURLToPath(import.meta.resolve('libpg-query/wasm/libpg-query.wasm'));
  const compiled = await WebAssembly.compile(await readFile(file));
  const ready = [await createInstance(compiled), await createInstance(compiled)];
  let isLoading = false;
  const load = async (): Promise<void> => {
    if (isLoading || ready.length > 1) return;
    isLoading = true;
    try {
      ready.push(await createInstance(compiled));
    } catch {
      // Without memory for it there is none; the next text that finds none tries again.
    } finally {
      isLoading = false;
    }
  };
  return {
    parse(text) {
      const [parser] = ready;
      if (parser === undefined) {
        void load();
        return { problem: NOT_READY };
      }
      try {
        return parseWith(parser, text);
      } catch (error) {
        ready.shift();
        void load();
        return { problem: error instanceof RangeError ? NESTED_TOO_DEEPLY : errorMessage(error) };
      }
    },
  };
}

function createInstance(compiled: WebAssembly.Module): Promise<PgQueryModule> {
  return createModule({
    instantiateWasm(imports, done) {
      done(new WebAssembly.Instance(compiled, imports));
    },
    print: () => undefined,
    printErr: () => undefined,
  });
}

/** Throws only where the parser itself came to an end. */
function parseWith(parser: PgQueryModule, text: string): ParsedSql {
  const bytes = parser.lengthBytesUTF8(text) + 1;
  const input = parser._malloc(bytes);
  parser.stringToUTF8(text, input, bytes);
  const result = parser._wasm_parse_query_raw(input);
  const error = parser.getValue(result + ERROR_OFFSET, 'i32');
  const answer =
    error === 0
      ? parser.UTF8ToString(parser.getValue(result + TREE_OFFSET, 'i32'))
      : parser.UTF8ToString(parser.getValue(error, 'i32'));
  parser._wasm_free_parse_result(result);
  parser._free(input);
  return error === 0 ? { tree: JSON.parse(answer) as ParseResult } : { problem: answer };
}
