/** What a bar was measured at. */
export interface Measurement {
  readonly value: number;
  /** The value of the other side, where the bar reports both in the same unit. */
  readonly baseline?: number;
  /** The figures behind the value, for people: medians, counts, spread. */
  readonly detail: string;
}

/** One measured value, and the limit that it must keep. */
export interface Bar {
  readonly name: string;
  readonly unit:
    | 'ratio'
    | 'µs'
    | 'ms'
    | 's'
    | '%'
    | 'MB'
    | 'KiB'
    | 'collections'
    | 'writes'
    | 'requests'
    | 'fsyncs'
    | 'sockets'
    | 'statements'
    | 'transactions';
  /** The greatest value allowed, or the least one if `isFloor` is set; null for a value that is only reported. */
  readonly limit: number | null;
  readonly isFloor?: boolean;
  /** Whether the bar needs an API server that calls the webhook, in a network namespace of its own. */
  readonly needsCluster: boolean;
  readonly measure: (bench: Bench) => Promise<Measurement>;
}

/** One run of the bench. Bars share the servers that they start. */
export interface Bench {
  /** Small counts, to try the bench itself; the values mean nothing. */
  readonly isQuick: boolean;
  /** Writes a line of progress to standard error. */
  readonly report: (text: string) => void;
  /** Calls `run` the first time a name is used, and returns the same result every time. */
  readonly once: <Result>(name: string, run: () => Promise<Result>) => Promise<Result>;
  /** Registers what to stop when the run ends; the last registered is stopped first. */
  readonly atEnd: (stop: () => Promise<void>) => void;
}

/** A bar as the JSON line has it. */
export interface BarResult {
  readonly name: string;
  readonly value: number;
  readonly baseline?: number;
  readonly unit: string;
  readonly limit: number | null;
  readonly ok: boolean;
}

/** Compares a measurement with the limit of its bar. A value that is not a number misses it. */
export function compareWithBar(
  { name, unit, limit, isFloor }: Bar,
  { value, baseline }: Measurement,
): BarResult {
  const ok = limit === null ? Number.isFinite(value) : isFloor === true ? value >= limit : value <= limit;
  const other = baseline === undefined ? {} : { baseline: round(baseline) };
  return { name, value: round(value), ...other, unit, limit, ok };
}

function round(value: number): number {
  return Number(value.toFixed(3));
}

/** Units that the name of a bar says already. */
const COUNTS: ReadonlySet<Bar['unit']> = new Set([
  'ratio',
  'collections',
  'writes',
  'requests',
  'fsyncs',
  'sockets',
  'statements',
  'transactions',
]);

/** Renders the results as a Markdown table. */
export function renderTable(rows: readonly { bar: Bar; result: BarResult; detail: string }[]): string {
  const lines = rows.map(({ bar, result, detail }) => {
    const unit = COUNTS.has(bar.unit) ? '' : ` ${bar.unit}`;
    const limit = bar.limit === null ? 'none' : `${bar.isFloor === true ? '≥' : '≤'} ${bar.limit}${unit}`;
    const verdict = result.ok ? 'yes' : '**no**';
    return `| \`${bar.name}\` | ${result.value}${unit} | ${limit} | ${verdict} | ${detail} |`;
  });
  return ['| bar | value | limit | holds | figures |', '|---|---|---|---|---|', ...lines].join('\n');
}
