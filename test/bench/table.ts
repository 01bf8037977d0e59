import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Bar, BarResult, Measurement } from './bar.ts';

/** A bar with what it came to. */
export interface MeasuredBar {
  readonly bar: Bar;
  readonly measurement: Measurement;
  readonly result: BarResult;
}

/** The results as a table in Markdown, ready for docs/performance.md. */
export function renderTable(measured: readonly MeasuredBar[]): string {
  const rows = measured.map(({ bar, measurement, result }) => {
    const sign = bar.isFloor === true ? '≥' : '≤';
    const unit = bar.unit === 'ratio' ? '' : ` ${bar.unit}`;
    const held = result.ok ? 'holds' : '**missed**';
    return `| \`${bar.name}\` | ${result.value}${unit} | ${sign} ${bar.limit}${unit} | ${held} | ${measurement.detail} |`;
  });
  return ['| Bar | Value | Limit | | Behind it |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** The machine, in one line. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${model}), ${memory} GiB of memory, Linux ${release()}, Node ${process.versions.node}, load ${loadAverage()} at the start`;
}

function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '';
}
