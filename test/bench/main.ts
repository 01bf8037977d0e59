import { parseArgs } from 'node:util';
import { type Bar, judgeBar } from './bar.ts';
import { BENCHES } from './bars/index.ts';
import { type Bench, createBench } from './bench.ts';
import { describeMachine, type MeasuredBar, renderTable } from './table.ts';

const HELP = `Measures what Cloister promises, and fails where a promise is not kept.

  npm run bench -- admission              every bar of a bench
  npm run bench -- contract_cpu_ratio     one bar, or several
  npm run bench -- admission --quick      small counts, to try the bench itself

Standard output ends with one JSON line a bench:
{"bench", "bars": [{"name", "value", "unit", "limit", "ok"}]}. Exit code 1 when a bar is missed.
`;

const { values: options, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
});

if (options.help === true || positionals.length === 0) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const known = Object.entries(BENCHES).flatMap(([name, bars]) => [name, ...bars.map((bar) => bar.name)]);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`there is no bench or bar ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
    return 2;
  }
  const started = performance.now();
  const tell = (text: string): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${text}\n`);
  };
  const machine = describeMachine();
  const { bench, stop } = createBench({ isQuick: options.quick === true, tell });
  const lines: string[] = [];
  let isHeld = true;
  try {
    for (const [name, bars] of Object.entries(BENCHES)) {
      const chosen = positionals.includes(name) ? bars : bars.filter((bar) => positionals.includes(bar.name));
      if (chosen.length === 0) continue;
      const measured: MeasuredBar[] = [];
      for (const bar of chosen) measured.push(await measure(bar, bench));
      process.stdout.write(`${machine}\n\n${renderTable(measured)}\n\n`);
      const results = measured.map(({ result }) => result);
      isHeld &&= results.every(({ ok }) => ok);
      lines.push(JSON.stringify({ bench: name, ...(bench.isQuick ? { quick: true } : {}), bars: results }));
    }
  } finally {
    await stop();
  }
  for (const line of lines) process.stdout.write(`${line}\n`);
  return isHeld ? 0 : 1;
}

async function measure(bar: Bar, bench: Bench): Promise<MeasuredBar> {
  bench.tell(`${bar.name}: measuring`);
  const measurement = await bar.measure(bench);
  const result = judgeBar(bar, measurement.value);
  bench.tell(
    `${bar.name}: ${result.value} ${bar.unit}, ${result.ok ? 'holds' : 'missed'} (limit ${bar.limit}); ${measurement.detail}`,
  );
  return { bar, measurement, result };
}
