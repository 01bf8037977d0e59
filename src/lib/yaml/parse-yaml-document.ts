import { type Event, EVENT_ID } from 'js-yaml';
import { constructValue, type Positions } from './construct-value.ts';
import type { ParsedEvents } from './parse-lenient-events.ts';
import { refuseMisreadFlow } from './refuse-misread-flow.ts';

/** What one piece between two separators holds. */
export interface ParsedDocument {
  readonly value: unknown;
  /** Offset of the first node. */
  readonly start: number;
  /** Offset of what kubectl would ignore: anything after a line of `...`. */
  readonly ignored?: number;
}

/**
 * Builds the value of the first document of a text; undefined where it holds nothing but comments. Throws a
 * {@link YamlFault} where kubectl refuses the text or would read it differently.
 */
export function parseYamlDocument(
  { text, events }: ParsedEvents,
  positions: Positions,
): ParsedDocument | undefined {
  if (isBlank(events[1])) return undefined;
  refuseMisreadFlow(text, events);
  const value = constructValue(text, events, 1, positions);
  return { value, start: startOf(events[1]), ignored: secondDocument(events) };
}

function secondDocument(events: readonly Event[]): number | undefined {
  const second = events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT);
  return second === -1 || isBlank(events[second + 1]) ? undefined : startOf(events[second + 1]);
}

function isBlank(root: Event | undefined): boolean {
  return root === undefined || root.type === EVENT_ID.POP || root.type === EVENT_ID.DOCUMENT;
}

function startOf(root: Event | undefined): number {
  if (root === undefined) return 0;
  if ('start' in root) return root.start;
  if ('valueStart' in root) return Math.max(root.valueStart, 0);
  return 'anchorStart' in root ? root.anchorStart : 0;
}
