import type { Target } from '../load/target.ts';
import type { Figures } from './figures.ts';

/** A webhook in a process of its own that tells what it uses. */
export interface MeasuredServer {
  readonly target: Target;
  readonly figures: (options?: { isCollected: boolean }) => Promise<Figures>;
}
