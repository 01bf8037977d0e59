import type { Target } from '../load.ts';

/** What a server's process has used since it began. */
export interface Figures {
  readonly cpuMicroseconds: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  /** Full collections of garbage (V8's mark-sweep), without forced ones. */
  readonly fullCollections: number;
}

/** A server in a process of its own that reports what it uses. */
export interface MeasuredServer {
  readonly target: Target;
  readonly figures: () => Promise<Figures>;
  /** The same, after a forced collection. */
  readonly collectedFigures: () => Promise<Figures>;
}

/** Returns the flags of Node that make a server report its figures on a port of 127.0.0.1. */
export function figureFlags(port: number): readonly string[] {
  return ['--expose-gc', `--import=${new URL(`report-figures.mjs?port=${port}`, import.meta.url).href}`];
}

/** Returns a measured server whose process was started with {@link figureFlags}. */
export function measuredServer(target: Target, figuresPort: number): MeasuredServer {
  return {
    target,
    figures: () => readFigures(figuresPort, '/'),
    collectedFigures: () => readFigures(figuresPort, '/collected'),
  };
}

/** Asks a process that was started with {@link figureFlags}. */
export async function readFigures(port: number, path: '/' | '/collected'): Promise<Figures> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return (await response.json()) as Figures;
}
