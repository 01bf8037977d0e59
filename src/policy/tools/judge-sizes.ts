import { formatPointer } from '../../lib/json-pointer.ts';
import { type CallDecision, denyCall, levelOfExecutor } from './call-decision.ts';
import type { ToolPolicy } from './call-policy.ts';

/**
 * Refuses a call of a file tool that carries a text larger than a file may be: it could not be read from one or be written to
 * one. How large a file itself is, is known only to who opens it.
 */
export function judgeSizes(tool: ToolPolicy, args: Readonly<Record<string, unknown>>): CallDecision | null {
  if (![...tool.capabilities].some((one) => one.startsWith('file:'))) return null;
  const found = findLargeText(args, tool.limits.maxFileBytes, []);
  if (found === null) return null;
  const level = levelOfExecutor(tool);
  return denyCall(
    'FileTooLarge',
    { rule: `${tool.rule}.maxFileSize`, level },
    {
      field: `arguments${formatPointer(found.path)}`,
      found: `${found.bytes} bytes`,
      required: `must be at most ${tool.limits.maxFileBytes} bytes`,
      fix: 'Use smaller files.',
    },
  );
}

interface LargeText {
  readonly path: readonly string[];
  readonly bytes: number;
}

function findLargeText(value: unknown, maxBytes: number, path: readonly string[]): LargeText | null {
  if (typeof value === 'string') {
    const bytes = value.length > maxBytes / 3 ? new TextEncoder().encode(value).length : 0;
    return bytes > maxBytes ? { path, bytes } : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = findLargeText(member, maxBytes, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}
