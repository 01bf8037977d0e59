import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import type { DatabaseColumn } from '../../postgres/database-session.ts';
import { typeName } from '../../postgres/type-names.ts';

/** Writes a result as it comes: lines of JSON, each a part of the answer. */
export interface RowWriter {
  /** The head of the answer, and its columns. */
  readonly begin: (columns: readonly DatabaseColumn[]) => void;
  readonly hasBegun: () => boolean;
  /** Writes lines, and waits until the agent has taken so much that there is room for more. Rejects with the reason of the signal. */
  readonly write: (lines: Buffer, signal: AbortSignal) => Promise<void>;
  /** Writes the last line, and nothing where it was written. */
  readonly writeLast: (last: object) => void;
  readonly end: () => void;
}

export const ROWS_TYPE = 'application/x-ndjson';

export function createRowWriter(response: ServerResponse): RowWriter {
  let hasBegun = false;
  let isWhole = false;
  return {
    begin: (columns) => {
      hasBegun = true;
      if (response.destroyed) return;
      response.writeHead(200, { 'Content-Type': ROWS_TYPE, 'Cache-Control': 'no-store' });
      const named = columns.map(({ name, type }) => ({ name, type: typeName(type) }));
      response.write(lineOf({ columns: named }));
    },
    hasBegun: () => hasBegun,
    write: async (lines, signal) => {
      signal.throwIfAborted();
      if (lines.length === 0 || (!response.destroyed && response.write(lines))) return;
      // A response that is closed never drains, and its call is aborted then.
      await unlessAborted(once(response, 'drain'), signal);
    },
    writeLast: (last) => {
      if (!isWhole && !response.destroyed) response.write(lineOf(last));
      isWhole = true;
    },
    end: () => {
      if (!response.destroyed) response.end();
    },
  };
}

const BOOL = 16;
const INT2 = 21;
const INT4 = 23;

/** A value as JSON has it: what JSON can say exactly as it is, and anything else as PostgreSQL writes it. */
export function valueOf(text: string | null, type: number | undefined): string | number | boolean | null {
  if (text === null) return null;
  if (type === BOOL) return text === 't';
  return type === INT2 || type === INT4 ? Number(text) : text;
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
