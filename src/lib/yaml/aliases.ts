import { type Event, EVENT_ID } from 'js-yaml';
import { YamlFault } from './yaml-fault.ts';

// libyaml ends an anchor's name at the first other character and js-yaml does not, so `&a: x` would mean two things.
const ANCHOR_NAME = /^[0-9A-Za-z_-]+$/;

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
    if (!ANCHOR_NAME.test(anchor)) {
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

// The bounds of go-yaml v2: 99 % of the nodes may come from aliases in a FEW_NODES document, 10 % in a very MANY_NODES one,
// and in between about as many nodes as the FEW_NODES one may have.
const FEW_NODES = 400_000;
const MANY_NODES = 4_000_000;

/** Whether so many nodes built through aliases, of all nodes built, are still no alias bomb. */
export function allowAliases(nodes: number, throughAliases: number): boolean {
  if (throughAliases <= 100 || nodes <= 1000) return true;
  return throughAliases / nodes <= allowedRatio(nodes);
}

function allowedRatio(nodes: number): number {
  if (nodes <= FEW_NODES) return 0.99;
  if (nodes >= MANY_NODES) return 0.1;
  return 0.99 - 0.89 * ((nodes - FEW_NODES) / (MANY_NODES - FEW_NODES));
}
