import type { Bar, Bench, Measurement } from '../bar.ts';
import { buildDist } from '../build-dist.ts';

/** A run of the programs of `dist/`, from which several bars take their figures. */
export interface MeasuredRun<Scale, Figures> {
  readonly name: string;
  readonly full: Scale;
  readonly quick: Scale;
  readonly measure: (scale: Scale, report: Bench['report']) => Promise<Figures>;
}

/** A bar by what it takes from the run. */
type MakeBar<Scale, Figures> = (
  name: string,
  unit: Bar['unit'],
  limit: number | null,
  take: (figures: Figures, scale: Scale) => Measurement,
) => Bar;

/** Returns what makes a bar of a run, which is done for the first of them that is measured. */
export function barsOfOneRun<Scale, Figures>(run: MeasuredRun<Scale, Figures>): MakeBar<Scale, Figures> {
  return (name, unit, limit, take) => {
    const measure = async (bench: Bench): Promise<Measurement> => {
      const scale = bench.isQuick ? run.quick : run.full;
      const figures = await bench.once(run.name, async () => {
        await buildDist(bench);
        return run.measure(scale, bench.report);
      });
      return take(figures, scale);
    };
    return { name, unit, limit, needsCluster: false, measure };
  };
}
