import type { Bench } from './bench.ts';

/** What a bar came to. */
export interface Measurement {
  readonly value: number;
  /** The figures behind the value, for people: medians, counts, spread. */
  readonly detail: string;
}

/** One measured promise: a value that must not pass its limit. */
export interface Bar {
  readonly name: string;
  readonly unit: 'ratio' | 'ms' | '%' | 'MB';
  /** The value may be at most this, or at least this where `isFloor`. */
  readonly limit: number;
  readonly isFloor?: boolean;
  /** One sentence: what is measured against what. */
  readonly summary: string;
  readonly measure: (bench: Bench) => Promise<Measurement>;
}

/** A bar as it is told to programs. */
export interface BarResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly ok: boolean;
}

/** Judges a value by its bar. What is no number is missed. */
export function judgeBar({ name, unit, limit, isFloor }: Bar, value: number): BarResult {
  const ok = isFloor === true ? value >= limit : value <= limit;
  return { name, value: Number(value.toFixed(3)), unit, limit, ok };
}
