/** What a server's process has used since it began. */
export interface Figures {
  readonly cpuMicroseconds: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
}

/**
 * Flags for Node that make a server tell its figures on a port of loopback. Nor does it look through its heap once it is
 * idle: sides are measured in turns, and the helper threads of one would do that while the other is measured.
 */
export function figureFlags(port: number): readonly string[] {
  return [
    '--expose-gc',
    '--no-memory-reducer',
    `--import=${new URL(`report-figures.mjs?port=${port}`, import.meta.url).href}`,
  ];
}

/** Asks a server for its figures, after a collection of garbage where `isCollected`. */
export async function readFigures(port: number, { isCollected } = { isCollected: false }): Promise<Figures> {
  const response = await fetch(`http://127.0.0.1:${port}/${isCollected ? 'collected' : ''}`);
  return (await response.json()) as Figures;
}
