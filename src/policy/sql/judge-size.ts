import { refuseStatement, type SqlFinding } from './sql-finding.ts';

/** Above it one call takes so much memory, or runs so long without looking at the time, that no time-out is in time. */
const MAX_SIZE = 10_000;
const MAX_SERIES = 10_000_000;

/** Functions whose result is as large as a number among their arguments says. */
const SIZED: ReadonlySet<string> = new Set('repeat lpad rpad format array_fill polygon'.split(' '));

/** A width in a text for `format`, of five digits or more. */
const WIDE = /%[-\d$]*\d{5}/;

/**
 * Judges how much a function is asked to make, where constants say it. It is no bound: a number can be computed. It keeps the
 * plain mistakes and bombs from the database; the time-out and the caps of the session bound the others.
 */
export function judgeSize(name: string, args: readonly unknown[]): SqlFinding | null {
  if (name === 'generate_series') return judgeSeries(args.map(numberOf));
  if (!SIZED.has(name)) return null;
  const size = Math.max(0, ...args.map((arg) => numberOf(arg) ?? 0));
  if (size <= MAX_SIZE && !(name === 'format' && WIDE.test(textOf(args[0])))) return null;
  const fix = 'Ask for less.';
  return refuseStatement(`${name} of more than ${MAX_SIZE}`, `must be of at most ${MAX_SIZE}`, fix);
}

function judgeSeries([from, to, step = 1]: readonly (number | null)[]): SqlFinding | null {
  if (typeof from !== 'number' || typeof to !== 'number' || step === null) return null;
  const rows = (to - from) / step;
  if (!(rows > MAX_SERIES)) return null;
  const fix = 'Write a shorter series.';
  return refuseStatement(
    'generate_series of more rows',
    `must make at most ${MAX_SERIES} rows by its constants`,
    fix,
  );
}

interface Constant {
  readonly A_Const?: {
    readonly ival?: { readonly ival?: number };
    readonly fval?: { readonly fval?: string };
    readonly sval?: { readonly sval?: string };
  };
  readonly A_ArrayExpr?: { readonly elements?: readonly unknown[] };
  readonly TypeCast?: { readonly arg?: unknown };
  readonly A_Expr?: { readonly name?: unknown; readonly lexpr?: unknown; readonly rexpr?: unknown };
}

/** The number that a constant is, through casts and a sign; of an array the product, as of dimensions. */
function numberOf(wrapped: unknown): number | null {
  const { A_Const: constant, A_ArrayExpr: array, TypeCast: cast, A_Expr: signed } = wrapped as Constant;
  if (constant?.ival !== undefined) return constant.ival.ival ?? 0;
  if (constant?.fval !== undefined) return Number(constant.fval.fval);
  if (array?.elements !== undefined) return array.elements.reduce(product, 1);
  if (cast !== undefined) return numberOf(cast.arg);
  if (signed === undefined || signed.lexpr !== undefined || signed.rexpr === undefined) return null;
  const number = numberOf(signed.rexpr);
  return number === null ? null : -number;
}

function product(all: number, element: unknown): number {
  return all * (numberOf(element) ?? 1);
}

function textOf(wrapped: unknown): string {
  return (wrapped as Constant | undefined)?.A_Const?.sval?.sval ?? '';
}
