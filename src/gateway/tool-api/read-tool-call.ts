import { isRecord } from '../../lib/is-record.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import type { ToolCall } from '../../policy/tools/decide-call.ts';

/** A call as it was sent, or why it cannot be read, in one sentence. */
export type ReadToolCall = { readonly call: ToolCall } | { readonly problem: string };

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the body of a request about a tool: `{"tool": …, "arguments": {…}}` and nothing else. */
export function readToolCall(body: Buffer): ReadToolCall {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    return { problem: 'The body is not UTF-8.' };
  }
  const json = parseStrictJson(text);
  if ('problem' in json) return { problem: `The body cannot be read as JSON: ${json.problem}.` };
  const { value } = json;
  if (!isRecord(value)) return { problem: 'The body is not a JSON object.' };
  const { tool, arguments: given, ...others } = value;
  if (typeof tool !== 'string') return { problem: 'tool is not a string; it must be the name of a tool.' };
  if (!isRecord(given)) return { problem: 'arguments is not an object; it must be, and `{}` for none.' };
  const [other] = Object.keys(others);
  if (other !== undefined) return { problem: 'The body has other fields than tool and arguments.' };
  return { call: { tool, arguments: given } };
}
