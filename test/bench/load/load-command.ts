import type { Pair } from './paired-loop.ts';
import type { Target } from './target.ts';

/** What the client's process is told. Targets are opened once and kept under their name. */
export type LoadCommand =
  | { readonly type: 'Open'; readonly name: string; readonly target: Target; readonly connections: number }
  | { readonly type: 'Close'; readonly name: string }
  | { readonly type: 'ClosedLoop'; readonly name: string; readonly count: number }
  | { readonly type: 'OpenLoop'; readonly name: string; readonly count: number; readonly perSecond: number }
  | { readonly type: 'PairedLoop'; readonly names: readonly [string, string]; readonly count: number };

/** What it answers. */
export type LoadResult =
  | { readonly type: 'Done' }
  | { readonly type: 'Milliseconds'; readonly milliseconds: number }
  | { readonly type: 'Latencies'; readonly latencies: readonly number[] }
  | { readonly type: 'Pairs'; readonly pairs: readonly Pair[] }
  | { readonly type: 'Failed'; readonly message: string };
