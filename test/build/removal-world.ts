import type { RemovalWorld } from '../../src/operator/removal/decide-removal.ts';

/** A removal of everything, of which nothing is done, with the given fields in place of its own. */
export function buildRemovalWorld(change: Partial<RemovalWorld> & Pick<RemovalWorld, 'now'>): RemovalWorld {
  return {
    hasIdentity: true,
    hasDatabases: true,
    endsPod: true,
    recorded: [],
    podLives: true,
    podIsCutOff: false,
    networkProblem: null,
    problem: null,
    isForced: false,
    isEntityDisabled: true,
    ...change,
  };
}
