import { type Event, EVENT_ID } from 'js-yaml';
import { YamlFault } from './yaml-fault.ts';

// libyaml ends an anchor's name at the first other character and js-yaml does not, so `&a: x` would mean two things.
const name = /^[0-9A-Za-z_-]+$/;

/**
 * Finds for every alias the event that it stands for: the last anchor of that name before it. Only the first document
 * of the events is looked at. Throws a {@link YamlFault} for an alias without an anchor.
 */
export function resolveAliases(source: string, events: readonly Event[]): Map<number, number> {
  const anchors = new Map<string, number>();
  const targets = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT || event.anchorStart === -1) continue;
    const anchor = source.slice(event.anchorStart, event.anchorEnd);
    if (!name.test(anchor)) {
      throw new YamlFault(
        `the anchor name ${JSON.stringify(anchor)} has characters other than letters, digits, - and _: rename it`,
        event.anchorStart,
      );
    }
    if (event.type !== EVENT_ID.ALIAS) {
      anchors.set(anchor, index);
      continue;
    }
    const target = anchors.get(anchor);
    if (target === undefined)
      throw new YamlFault(
        `the alias *${anchor} has no anchor before it: define &${anchor} first`,
        event.anchorStart,
      );
    targets.set(index, target);
  }
  return targets;
}
