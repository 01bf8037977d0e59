import { EVENT_ID, YAMLException, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { constructValue } from './construct-value.ts';
import type { Positions } from './construct-value.ts';
import { YamlFault } from './yaml-fault.ts';

/** What one piece between two separators holds. */
export interface ParsedDocument {
  readonly value: unknown;
  /** Offset of the first node. */
  readonly start: number;
  /** Offset of what kubectl would ignore: anything after a line of `...`. */
  readonly ignored?: number;
}

// go-yaml v2 follows YAML 1.1, where these end a line, and skips a byte order mark at the start of one; js-yaml follows
// YAML 1.2 and does neither. A key could hide behind the difference.
const misread = /[\u0085\u2028\u2029]|[\r\n]\uFEFF/;
const maxDepth = 1000;

/**
 * Parses the text between two separators; undefined where it holds nothing but comments. Throws a {@link YamlFault}
 * where kubectl refuses the text or would read it differently.
 */
export function parseYamlDocument(text: string, positions: Positions): ParsedDocument | undefined {
  const found = misread.exec(text);
  if (found !== null) {
    const code = text
      .charCodeAt(found.index + found[0].length - 1)
      .toString(16)
      .toUpperCase()
      .padStart(4, '0');
    throw new YamlFault(
      `the character U+${code} is read as a line break by kubectl and as text by others: remove it or escape it`,
      found.index,
    );
  }
  try {
    return parse(text, positions);
  } catch (error) {
    if (error instanceof YAMLException) {
      throw new YamlFault(`${error.reason}: correct the YAML`, error.mark?.position ?? 0);
    }
    if (error instanceof RangeError) {
      throw new YamlFault(`collections are nested too deeply: keep them under ${maxDepth} levels`, 0);
    }
    throw error;
  }
}

function parse(text: string, positions: Positions): ParsedDocument | undefined {
  const events = parseEvents(text, { maxDepth });
  const root = events[1];
  if (root === undefined || root.type === EVENT_ID.POP) return undefined;
  const value = constructValue(text, events, 1, positions);
  const start = 'start' in root ? root.start : 'valueStart' in root ? Math.max(root.valueStart, 0) : 0;
  return { value, start, ignored: secondDocument(events) };
}

function secondDocument(events: readonly Event[]): number | undefined {
  const second = events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT);
  if (second === -1) return undefined;
  const node = events[second + 1];
  if (node === undefined || node.type === EVENT_ID.POP || node.type === EVENT_ID.DOCUMENT) return undefined;
  return 'start' in node ? node.start : 'valueStart' in node ? node.valueStart : node.anchorStart;
}
