import type { Pod } from '../pod/pod.ts';
import type { HardenContext } from './harden-context.ts';

/**
 * How the violations of one check are taken away, as far as nobody has to decide anything. Asked only of a pod that the
 * check refuses; what it does not touch stays as it is.
 */
export interface Fix {
  /** Name of the check. */
  readonly check: string;
  /** The pod with the fields changed; the one given is not written to. */
  readonly apply: (pod: Pod, context: HardenContext) => Pod;
}
